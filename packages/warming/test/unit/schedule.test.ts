import { describe, expect, test } from 'vitest'
import { list } from '../../src/index.ts'
import { timetableOf } from '../../src/timetable.ts'
import { heard, noting, world } from './support.ts'

const at = (text: string): number => Date.parse(text)

describe('a timetable', () => {
  test('of an interval has the times that all clocks share', () => {
    const table = timetableOf({ every: '5m' }, '')
    expect(table?.next(at('2026-01-01T00:07:30Z'))).toBe(at('2026-01-01T00:10:00Z'))
    expect(table?.next(at('2026-01-01T00:10:00Z'))).toBe(at('2026-01-01T00:15:00Z'))
  })

  test('of a cron pattern has its times, in its time zone', () => {
    const table = timetableOf({ cron: '30 6 * * 1-5', timezone: 'America/New_York' }, '')
    expect(table?.next(at('2026-01-02T12:00:00Z'))).toBe(at('2026-01-05T11:30:00Z'))
    expect(timetableOf({ cron: '0 0 0 30 2 *' }, '')?.next(0)).toBeUndefined()
  })

  test('that is none is refused by its path', () => {
    for (const [schedule, path] of [
      [{ cron: 'at noon' }, 'x.cron'],
      [{ cron: '* * * * *', timezone: 'Nowhere/Land' }, 'x.cron'],
      [{ cron: '* * * * *', every: '5m' }, 'x.every'],
      [{ timezone: 'Europe/Oslo' }, 'x.timezone'],
      [{ every: 'soon' as never }, 'x.every'],
    ] as const)
      expect(() => timetableOf(schedule, 'x.')).toThrow(expect.objectContaining({ path }))
  })
})

describe('a scheduled source', () => {
  test('is loaded anew at its times, before it runs out', async () => {
    const { open, warm, clock } = world()
    const cache = await open({ ttl: '6m' })
    const load = noting()
    const warmer = warm(cache, { sources: { home: list(['a'], { load, every: '5m' }) }, snapshot: false })
    const ends = heard(warmer, 'done')
    await clock.advance('1s')
    expect(load.keys).toHaveLength(1)
    for (const minute of [5, 10, 15]) {
      await clock.advance('5m')
      expect(load.keys).toHaveLength(1 + minute / 5)
      expect(cache.getSync('a')).toBe('value of a')
    }
    expect(ends.map(({ loaded }) => loaded)).toStrictEqual([1, 1, 1, 1])
  })

  test('is loaded by one instance at each time', async () => {
    const { open, warm, clock } = world()
    const load = noting()
    const sources = { home: list(['a', 'b'], { load, cron: '*/5 * * * *', timezone: 'UTC' }) }
    for (const cache of [await open(), await open(), await open()]) warm(cache, { sources, snapshot: false })
    await clock.advance('1s')
    load.keys.length = 0
    await clock.advance('5m')
    expect(load.keys.toSorted()).toStrictEqual(['a', 'b'])
    await clock.advance('5m')
    expect(load.keys).toHaveLength(4)
  })

  test('is loaded only where it is missing, where that is wanted', async () => {
    const { open, warm, clock } = world()
    const load = noting()
    const warmer = warm(await open(), {
      sources: { home: list(['a'], { load, every: '5m', refresh: false }) },
      snapshot: false,
    })
    await clock.advance('11m')
    expect(load.keys).toHaveLength(1)
    await warmer.stop()
    await clock.advance('20m')
    expect(load.keys).toHaveLength(1)
  })
})
