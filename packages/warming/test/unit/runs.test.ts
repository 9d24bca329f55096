import { createCache } from '@tiercache/core'
import { describe, expect, test } from 'vitest'
import { list } from '../../src/index.ts'
import { byHand, heard, noting, world } from './support.ts'

const keys = ['a', 'b', 'c', 'd']

describe('the start', () => {
  test('waits for what is critical and for nothing else', async () => {
    const { open, warm, pass, clock } = world()
    const cache = await open()
    const [critical, other] = [byHand(), byHand()]
    const warmer = warm(cache, {
      sources: {
        later: list(['x'], { load: other.load }),
        first: list(['a'], { load: critical.load, critical: true }),
      },
    })
    let ready = false
    void warmer.ready().then(() => (ready = true))
    await clock.advance('1s')
    expect([critical.begun, other.begun, ready]).toStrictEqual([['a'], [], false])
    critical.answer('a')
    await clock.advance('1s')
    expect([cache.getSync('a'), other.begun, ready]).toStrictEqual(['value of a', ['x'], true])
    other.answer('x')
    await pass(warmer.stop())
  })

  test('is not held up beyond the deadline by a loader that hangs', async () => {
    const { open, warm, clock } = world()
    const cache = await open()
    const { load } = byHand()
    const warmer = warm(cache, { sources: { first: list(['a'], { load, critical: true }) }, deadline: '5s' })
    let reports: unknown
    void warmer.ready().then(given => (reports = given))
    await clock.advance(4900)
    expect(reports).toBeUndefined()
    await clock.advance(200)
    expect(reports).toMatchObject([{ source: 'first', ended: 'deadline', loaded: 0 }])
  })

  test('is not held up by a Redis that is away; what is owed is warmed when it is back', async () => {
    const { open, warm, pass, redis, clock } = world()
    redis.down()
    const cache = await open()
    await clock.advance('5s')
    const load = noting()
    const warmer = warm(cache, {
      sources: { first: list(keys, { load, critical: true }), second: list(['e'], { load }) },
    })
    const ends = heard(warmer, 'done')
    expect(await pass(warmer.ready(), 100)).toMatchObject([{ source: 'first', ended: 'degraded' }])
    await clock.advance('1s')
    expect([load.keys, cache.getSync('a')]).toStrictEqual([[], undefined])
    redis.up()
    await clock.advance('5s')
    expect(load.keys).toStrictEqual([...keys, 'e'])
    expect(ends.filter(({ ended }) => ended === 'done').map(({ source }) => source)).toStrictEqual([
      'snapshot',
      'first',
      'second',
    ])
  })

  test('goes on where Redis leaves in the middle, without loading what could not be kept', async () => {
    const { open, warm, redis, clock } = world()
    const cache = await open()
    const hand = byHand()
    const warmer = warm(cache, {
      sources: { first: list(keys, { load: hand.load, critical: true }) },
      concurrency: 1,
    })
    let reports: unknown
    void warmer.ready().then(given => (reports = given))
    await clock.advance(100)
    redis.down()
    await clock.advance('3s')
    expect([hand.begun, reports]).toMatchObject([['a'], [{ ended: 'degraded' }]])
    hand.answer('a')
    redis.up()
    await clock.advance('5s')
    for (const key of keys) {
      hand.answer(key)
      await clock.advance(100)
    }
    expect(new Set(hand.begun)).toStrictEqual(new Set(keys))
  })

  test('ends where the caller aborts, and saves nothing', async () => {
    const { open, warm, clock } = world()
    const cache = await open()
    await cache.set('hot', 1)
    const controller = new AbortController()
    const hand = byHand()
    const sources = { first: list(keys, { load: hand.load, critical: true }) }
    const warmer = warm(cache, { sources, concurrency: 2, signal: controller.signal })
    const ends = heard(warmer, 'done')
    await clock.advance(100)
    controller.abort()
    await clock.advance(100)
    expect([hand.begun, ends]).toMatchObject([['a', 'b'], [{ source: 'first', ended: 'stopped' }]])
    expect(await warmer.run('first')).toMatchObject({ ended: 'stopped' })
    expect(await cache.namespace('tiercache-warming').get('hot')).toBeUndefined()
    const never = warm(cache, { sources, signal: AbortSignal.abort() })
    expect(await never.ready()).toMatchObject([{ ended: 'stopped' }])
  })

  test('works in memory alone', async () => {
    const { open, warm, pass } = world()
    const cache = await open({ redis: false })
    const warmer = warm(cache, { sources: { first: list(keys, { load: noting(), critical: true }) } })
    expect(await pass(warmer.ready())).toMatchObject([{ ended: 'done', loaded: 4 }])
    expect(cache.getSync('d')).toBe('value of d')
  })
})

describe('several instances', () => {
  test('load once; the others bring it into memory', async () => {
    const { open, warm, clock } = world()
    const caches = await Promise.all([open(), open(), open()])
    const hand = byHand()
    const sources = { all: list(keys, { load: hand.load, critical: true }) }
    const readies = caches.map(cache => warm(cache, { sources }).ready())
    await clock.advance(500)
    expect(hand.begun.toSorted()).toStrictEqual(keys)
    for (const key of keys) hand.answer(key)
    await clock.advance('2s')
    const reports = (await Promise.all(readies)).flat()
    expect(reports.filter(({ led }) => led)).toMatchObject([{ loaded: 4 }])
    expect(reports.filter(({ led }) => !led)).toMatchObject([
      { hydrated: 4, loaded: 0, ended: 'done' },
      { hydrated: 4, loaded: 0, ended: 'done' },
    ])
    for (const cache of caches) expect(cache.getSync('c')).toBe('value of c')
    expect(hand.begun).toHaveLength(4)
  })

  test('take over from a leader that stops', async () => {
    const { open, warm, clock, pass } = world()
    const caches = await Promise.all([open(), open()])
    const hand = byHand()
    const sources = { all: list(keys, { load: hand.load, critical: true }) }
    const warmers = caches.map(cache => warm(cache, { sources, concurrency: 1 }))
    await clock.advance(500)
    expect(hand.begun).toStrictEqual(['a'])
    hand.answer('a')
    await clock.advance(10)
    expect(hand.begun).toStrictEqual(['a', 'b'])
    const [leader, other] = warmers
    await pass(leader?.stop() ?? Promise.resolve(), 10)
    for (const key of ['b', 'b', 'c', 'd']) {
      hand.answer(key)
      await clock.advance('2s')
    }
    expect(await other?.ready()).toMatchObject([{ ended: 'done', led: true }])
    expect(caches[1]?.getSync('d')).toBe('value of d')
  })
})

describe('a run', () => {
  test('loads no more at once than allowed, over all sources', async () => {
    const { open, warm, clock } = world()
    const cache = await open()
    const hand = byHand()
    const sources = {
      one: list(['a', 'b', 'c'], { load: hand.load }),
      two: list(['d', 'e'], { load: hand.load }),
    }
    const warmer = warm(cache, { sources, concurrency: 2, snapshot: false })
    const both = Promise.all([warmer.run('one'), warmer.run('two')])
    await clock.advance(100)
    expect(hand.begun).toHaveLength(2)
    for (let n = 3; n <= 5; n++) {
      hand.answer(hand.begun[n - 3] ?? '')
      await clock.advance(100)
      expect(hand.begun).toHaveLength(n)
    }
    for (const key of hand.begun) hand.answer(key)
    await clock.advance(100)
    expect(await both).toMatchObject([{ loaded: 3 }, { loaded: 2 }])
  })

  test('loads no more keys per second than allowed', async () => {
    const { open, warm, clock } = world()
    const load = noting()
    const sources = { all: list(() => Array.from({ length: 30 }, (_, i) => `key ${i}`), { load }) }
    const warmer = warm(await open(), { sources, rate: 10, snapshot: false })
    void warmer.ready()
    await clock.advance(50)
    expect(load.keys).toHaveLength(1)
    await clock.advance(1000)
    expect(load.keys).toHaveLength(11)
    await clock.advance(2000)
    expect(load.keys).toHaveLength(30)
  })

  test('tells how far it is and how long it will take', async () => {
    const { open, warm, clock } = world()
    const cache = await open()
    await cache.set('a', 1)
    const hand = byHand()
    const warmer = warm(cache, { sources: { all: list(keys, { load: hand.load }) }, concurrency: 1 })
    const told = heard(warmer, 'progress').filter(({ source }) => source === 'all')
    warmer.on('progress', event => {
      if (event.source === 'all') told.push(event)
    })
    await clock.advance(1000)
    hand.answer('b')
    await clock.advance(0)
    expect(told.at(0)).toMatchObject({ total: 4, done: 0, etaMs: undefined })
    expect(told.at(-1)).toMatchObject({ total: 4, done: 2, hydrated: 1, loaded: 1, failed: 0, etaMs: 1000 })
  })

  test('under way is joined; one that has ended can be had again', async () => {
    const { open, warm, clock, pass } = world()
    const cache = await open()
    const load = noting()
    const warmer = warm(cache, { sources: { all: list(keys, { load }) } })
    const [one, two] = await pass(Promise.all([warmer.run('all'), warmer.run('all')]))
    expect([one === two, load.keys.length]).toStrictEqual([true, 4])
    await clock.advance('2s')
    expect(await pass(warmer.run('all'))).toMatchObject({ hydrated: 4, loaded: 0 })
    await clock.advance('2s')
    expect(await pass(warmer.run('all', { refresh: true }))).toMatchObject({ loaded: 4 })
  })

  test('asked for before the cache is connected waits for it', async () => {
    const { warm, pass, clock, redis } = world()
    const cache = createCache({ clock, redis })
    const load = noting()
    const warmer = warm(cache, { sources: { all: list(keys, { load }) } })
    expect(await pass(warmer.run('all'))).toMatchObject({ ended: 'done', loaded: 4 })
    await pass(warmer.stop())
    await pass(cache.close())
  })

  test('ends where the cache is closed under it', async () => {
    const { open, warm, clock, pass } = world()
    const cache = await open()
    const hand = byHand()
    const warmer = warm(cache, { sources: { all: list(keys, { load: hand.load, critical: true }) } })
    await clock.advance(100)
    await pass(cache.close({ timeout: '1s' }), '5s')
    expect(await pass(warmer.ready(), '1m')).toMatchObject([{ source: 'all', ended: 'stopped' }])
  })

  test('a listener that fails harms nobody, and one that stops hears no more', async () => {
    const { open, warm, pass } = world()
    const warnings: string[] = []
    const note = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', note)
    const warmer = warm(await open(), { sources: { all: list(keys, { load: noting() }) } })
    const stop = warmer.on('done', () => {
      throw new Error('listener')
    })
    expect(await pass(warmer.run('all'))).toMatchObject({ ended: 'done' })
    await new Promise(resolve => setImmediate(resolve))
    expect(warnings.some(text => text.includes("A listener of 'done' failed"))).toBe(true)
    const count = warnings.length
    stop()
    await pass(warmer.run('all'), '3s')
    process.off('warning', note)
    expect(warnings).toHaveLength(count)
  })
})
