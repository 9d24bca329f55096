import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { createCache } from '../../src/index.ts'
import { manualClock } from '../../src/testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'tiercache-trace-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = (name: string): string => join(folder, name)

function numbers(file: string): number[] {
  const found: number[] = []
  let [value, factor] = [0, 1]
  for (const byte of gunzipSync(readFileSync(file))) {
    value += (byte & 127) * factor
    factor *= 128
    if (byte > 127) continue
    found.push(value)
    value = 0
    factor = 1
  }
  return found
}

describe('a recorded trace', () => {
  test('has each read by the order of first appearance, its time, and the sizes, but no key', async () => {
    const clock = manualClock()
    const cache = createCache({ clock, memory: { maxBytes: '1mb' } })
    const recording = cache.recordTrace(path('reads'))
    await cache.getOrSet('secret:a', () => 'x'.repeat(1000))
    await clock.advance(5)
    await cache.getOrSet('secret:b', () => 'x'.repeat(5000))
    await clock.advance(300)
    await cache.get('secret:a')
    cache.getSync('secret:b')
    await cache.get('secret:none')
    expect(await recording.stop()).toStrictEqual({ reads: 5, keys: 3, ended: 'stopped' })
    await cache.get('secret:a')
    expect(numbers(path('reads.keys.gz'))).toStrictEqual([0, 1, 0, 1, 2])
    expect(numbers(path('reads.times.gz'))).toStrictEqual([0, 5, 300, 0, 0])
    const [a = 0, b = 0, none] = numbers(path('reads.sizes.gz'))
    expect([a > 1000 && a < 1200, b > 5000 && b < 5200, none]).toStrictEqual([true, true, 0])
    expect(gunzipSync(readFileSync(path('reads.keys.gz'))).includes('secret')).toBe(false)
    await cache.close()
  })

  test('ends by itself at its limits, and has what came before', async () => {
    const cache = createCache()
    const byReads = cache.recordTrace(path('by-reads'), { maxReads: 3 })
    const byKeys = cache.recordTrace(path('by-keys'), { maxKeys: 2 })
    for (let i = 0; i < 10; i++) await cache.getOrSet(`k${i}`, () => i)
    expect(await byReads.done).toStrictEqual({ reads: 3, keys: 3, ended: 'full' })
    expect(await byKeys.done).toStrictEqual({ reads: 2, keys: 2, ended: 'full' })
    expect(numbers(path('by-reads.keys.gz'))).toStrictEqual([0, 1, 2])
    expect(await byReads.stop()).toMatchObject({ ended: 'full' })
    await cache.close()
  })

  test('holds the reads of its namespace, and ends with the cache', async () => {
    const cache = createCache()
    const recording = cache.namespace('shop').recordTrace(path('shop'))
    for (let i = 0; i < 300; i++) {
      await cache.getOrSet('k', () => 1)
      await cache.namespace('shop').getOrSet(['k', i], () => 1)
    }
    await cache.close()
    expect(await recording.done).toStrictEqual({ reads: 300, keys: 300, ended: 'stopped' })
    expect(numbers(path('shop.keys.gz'))).toStrictEqual(Array.from({ length: 300 }, (_, i) => i))
    expect(() => cache.recordTrace(path('late'))).toThrow('closed')
  })

  test('that cannot be written is told of as an error, and no reader notices', async () => {
    const cache = createCache()
    const errors: string[] = []
    cache.on('error', ({ operation }) => errors.push(operation))
    const recording = cache.recordTrace(path('no/such/folder'))
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    expect(await recording.done).toMatchObject({ ended: 'failed' })
    expect(await cache.getOrSet('k', () => 2)).toBe(1)
    expect(new Set(errors)).toStrictEqual(new Set(['trace']))
    await cache.close()
  })

  test('takes only options it knows', () => {
    const cache = createCache()
    expect(() => cache.recordTrace('')).toThrow('path of a file')
    expect(() => cache.recordTrace(path('x'), { maxReads: 0 })).toThrow('maxReads')
    expect(() => cache.recordTrace(path('x'), { keys: 1 } as object)).toThrow('keys')
  })
})
