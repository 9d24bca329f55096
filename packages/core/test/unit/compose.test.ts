import { describe, expect, test } from 'vitest'
import { manualClock } from '../../src/testing/index.ts'
import { type Cache, createCache } from '../../src/index.ts'
import { errorOf, handCache } from './support.ts'

/** A page of five parts that change at their own pace, and what was loaded for it. */
function jobPage(cache: Cache) {
  const loads: string[] = []
  const note = (name: string): void => void loads.push(name)
  const page = cache.compose({
    name: 'job-page',
    parts: {
      header: { load: () => (note('header'), 'Jobs'), key: () => 'all', ttl: '1d' },
      job: {
        load: (id: number) => (note('job'), { id, title: 'Welder' }),
        ttl: '1h',
        tags: (id: number) => [`job:${id}`],
      },
      applicants: { load: (id: number) => (note('applicants'), id * 10), ttl: '30s' },
      related: {
        load: (id: number) => (note('related'), Promise.resolve([id + 1, id + 2])),
        ttl: '10m',
        tags: () => ['jobs'],
      },
      offer: { load: () => (note('offer'), 'Buy!'), ttl: '2m' },
    },
    assemble: (parts, id) => ({ ...parts, url: `/jobs/${id}` }),
  })
  const since = (): string[] => loads.splice(0)
  return { page, since }
}

const ALL = ['header', 'job', 'applicants', 'related', 'offer']

describe('a value made of parts', () => {
  test('is assembled from all of them, each loaded once', async () => {
    const { page, since } = jobPage(handCache().cache)
    const whole = await page.getEntry(7)
    expect(whole.value).toStrictEqual({
      header: 'Jobs',
      job: { id: 7, title: 'Welder' },
      applicants: 70,
      related: [8, 9],
      offer: 'Buy!',
      url: '/jobs/7',
    })
    expect([whole.loaded, whole.stale, whole.tags, whole.ttlMs]).toStrictEqual([
      ALL,
      [],
      ['job:7', 'jobs'],
      30_000,
    ])
    expect(since()).toStrictEqual(ALL)
    expect((await page.getEntry(7)).loaded).toStrictEqual([])
    expect(since()).toStrictEqual([])
  })

  test('loads of a part that ran out that part alone', async () => {
    const { cache, clock } = handCache()
    const { page, since } = jobPage(cache)
    await page.get(7)
    since()
    await clock.pass(30_000)
    expect((await page.getEntry(7)).loaded).toStrictEqual(['applicants'])
    await clock.pass(120_000)
    expect((await page.getEntry(7)).loaded).toStrictEqual(['applicants', 'offer'])
  })

  test('loads what a tag, a part or the whole invalidates, and shares what has one key', async () => {
    const { cache } = handCache()
    const { page, since } = jobPage(cache)
    await page.get(7)
    since()
    await page.get(8)
    expect(since()).toStrictEqual(ALL.slice(1))
    await cache.deleteByTag('job:7')
    expect([(await page.getEntry(7)).loaded, (await page.getEntry(8)).loaded]).toStrictEqual([['job'], []])
    await page.invalidate(7, 'offer', 'header')
    expect([(await page.getEntry(7)).loaded, (await page.getEntry(8)).loaded]).toStrictEqual([
      ['header', 'offer'],
      [],
    ])
    await page.invalidate(8)
    expect((await page.getEntry(8)).loaded).toStrictEqual(ALL)
    expect((await page.getEntry(7)).loaded).toStrictEqual([])
  })

  test('read for an hour loads a quarter of what one value of the shortest life would', async () => {
    const clock = manualClock()
    const cache = createCache({ clock, random: () => 0 })
    const { page, since } = jobPage(cache)
    let wholes = 0
    for (let second = 0; second < 3600; second += 5) {
      await page.get(7)
      await cache.getOrSet('the page as one value', () => ++wholes, { ttl: '30s' })
      clock.leap('5s')
    }
    expect([since().length, wholes * ALL.length]).toStrictEqual([1 + 1 + 120 + 6 + 30, 600])
  })

  test('is told by the error of a part, or has its fallback, which is not kept', async () => {
    const { cache } = handCache()
    const error = new Error('no ads')
    let broken = true
    const load = (): string => {
      if (broken) throw error
      return 'Buy!'
    }
    const strict = cache.compose({ name: 'a', parts: { offer: { load } } })
    await expect(strict.get(1)).rejects.toBe(error)
    const mild = cache.compose({
      name: 'b',
      parts: { offer: { load, fallback: '' }, title: { load: () => 'Jobs' } },
    })
    expect(await mild.getEntry(1)).toMatchObject({
      value: { offer: '', title: 'Jobs' },
      stale: ['offer'],
      ttlMs: 0,
    })
    broken = false
    expect(await mild.get(1)).toStrictEqual({ offer: 'Buy!', title: 'Jobs' })
  })

  test('says which parts are stale, and bears one that is absent', async () => {
    const { cache, clock } = handCache()
    let fails = false
    const load = (): number => {
      if (fails) throw new Error('down')
      return 1
    }
    const both = cache.compose({
      name: 'page',
      version: 2,
      parts: { count: { load, ttl: '1s', grace: '1m' }, none: { load: () => undefined } },
    })
    await both.get(1)
    await clock.pass(2000)
    fails = true
    expect(await both.getEntry(1)).toMatchObject({
      value: { count: 1, none: undefined },
      stale: ['count'],
      ttlMs: 0,
    })
  })

  test('is refused where it cannot be', () => {
    const { cache } = handCache()
    const load = (): number => 1
    for (const [options, path] of [
      [{ name: '', parts: { a: { load } } }, 'name'],
      [{ name: 'x', parts: {} }, 'parts'],
      [{ name: 'x', parts: undefined }, 'parts'],
      [{ name: 'x', parts: { a: {} } }, 'parts.a.load'],
      [{ name: 'x', parts: { a: { load, often: 1 } } }, 'parts.a.often'],
      [{ name: 'x', parts: { a: { load } }, ttl: 1 }, 'ttl'],
    ] as const)
      expect(errorOf(() => cache.compose(options as never))).toMatchObject({ path, code: 'E_OPTION' })
    const page = cache.compose({ name: 'x', parts: { a: { load } } })
    expect(errorOf(() => void page.invalidate(1, 'b' as never))).toMatchObject({ path: 'names' })
  })
})
