import { expect, test } from 'vitest'
import { fuzz } from '../../src/security/fuzz.ts'

test('20 000 mutated values: refused as promised, or harmless', { timeout: 60_000 }, async () => {
  const { failures, trips, refused, ignored, read, cases } = await fuzz(7, 20_000)
  expect(failures).toEqual([])
  expect(trips).toBe(0)
  // The mutations reach every check: what none of them got to would prove nothing.
  const checks = [...refused.keys()].join('\n')
  for (const check of [
    'checksum',
    'MessagePack',
    'JSON',
    'zstd',
    'brotli',
    'gzip',
    'authentic',
    'nested',
    'tags',
  ]) {
    expect(checks).toContain(check)
  }
  const all = [...refused.values()].reduce((sum, count) => sum + count, ignored + read)
  expect(all).toBe(cases - cases / 50)
  expect(read).toBeGreaterThan(200)
})

test('the same seed is the same values', { timeout: 60_000 }, async () => {
  const [one, two] = [await fuzz(3, 2000), await fuzz(3, 2000)]
  const facts = ({ refused, failures }: typeof one): unknown => [[...refused.keys()].toSorted(), failures]
  expect(facts(one)).toEqual(facts(two))
})
