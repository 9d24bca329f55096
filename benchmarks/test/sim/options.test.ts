import { expect, test } from 'vitest'
import { readOptions } from '../../sim/src/options.ts'

test('a trace alone is replayed at shares of its keys', () => {
  expect(readOptions(['a'])).toStrictEqual({
    paths: ['a'],
    policies: ['lru', 'adaptive', 'opt'],
    sizes: [{ share: 0.01 }, { share: 0.05 }, { share: 0.1 }, { share: 0.2 }],
    bytes: false,
    reads: 800_000,
    json: false,
    html: undefined,
    help: false,
  })
})

test('sizes are shares, numbers or bytes; with bytes other policies are compared', () => {
  const { sizes, policies } = readOptions(['--', 'a', 'b', '--bytes', '--sizes', '0.5%,1000, 2mb'])
  expect(sizes).toStrictEqual([{ share: 0.005 }, { is: 1000 }, { is: 2_097_152 }])
  expect(policies).toStrictEqual(['lru', 'adaptive', 'size-aware'])
  expect(readOptions(['a', '--policies', 'adaptive,lru']).policies).toStrictEqual(['adaptive', 'lru'])
})

test('says what there is instead of what was asked for', () => {
  expect(() => readOptions([])).toThrow('Name a trace')
  expect(readOptions(['--help']).help).toBe(true)
  expect(() => readOptions(['a', '--policies', 'fifo'])).toThrow('There is no policy fifo. There are lru')
  expect(() => readOptions(['a', '--reads', '0'])).toThrow('whole number')
  for (const size of ['5x', '0', '-1', ''])
    expect(() => readOptions(['a', `--sizes=${size}`])).toThrow('--sizes takes')
})
