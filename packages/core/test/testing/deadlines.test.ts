import { describe, expect, test } from 'vitest'
import { isSettled, row, world } from './support.ts'

describe('callers who wait for one load', () => {
  test.each([
    ['of memory alone', { redis: false }, 2],
    ['of both tiers', {}, 3],
  ] as const)('share a timer, in a cache %s', async (_, options, most) => {
    const { open, clock } = world()
    const cache = await open(options)
    const { load, asked, answer } = row<string>()
    const idle = clock.timers
    const reads = Array.from({ length: 1000 }, () => cache.getOrSet('a', load))
    await asked
    await clock.settle()
    // One ends the waiting, one gives the load up, one renews the lease.
    expect(clock.timers - idle).toBe(most)
    answer('value')
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['value']))
    await cache.idle()
    expect(clock.timers).toBe(idle)
  })

  test('end each in its own time, by when it called and by its own deadline', async () => {
    const { open, clock } = world()
    const cache = await open()
    const { load } = row<string>()
    const read = (hard: '100ms' | '200ms'): Promise<unknown> =>
      cache.getOrSet('a', load, { timeouts: { hard } }).catch((error: unknown) => error)
    const short = [read('100ms'), read('100ms')]
    const long = read('200ms')
    await clock.advance(40)
    const later = read('100ms')
    const settled = async (): Promise<boolean[]> =>
      Promise.all([...short, later, long].map(one => isSettled(one, clock)))
    await clock.advance(59)
    expect(await settled()).toEqual([false, false, false, false])
    await clock.advance(1)
    expect(await settled()).toEqual([true, true, false, false])
    await clock.advance(40)
    expect(await settled()).toEqual([true, true, true, false])
    await clock.advance(60)
    expect(await settled()).toEqual([true, true, true, true])
    expect(await short[0]).toMatchObject({ code: 'E_TIMEOUT', value: 100 })
    expect(await long).toMatchObject({ code: 'E_TIMEOUT', value: 200 })
  })

  test('are all told what the loader threw', async () => {
    const { open } = world()
    const cache = await open()
    const { load, fail } = row<string>()
    const reads = Array.from({ length: 10 }, () => cache.getOrSet('a', load))
    fail(new Error('no database'))
    for (const result of await Promise.allSettled(reads))
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'no database' } })
  })
})
