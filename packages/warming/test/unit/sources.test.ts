import type { Key } from '@tiercache/core'
import { describe, expect, test } from 'vitest'
import { list, recent, top } from '../../src/index.ts'
import { heard, noting, world } from './support.ts'

describe('a list', () => {
  test('is loaded as far as Redis has it not, and stored as said', async () => {
    const { open, warm, pass } = world()
    const [other, cache] = [await open(), await open()]
    await pass(other.set('b', 'from Redis'), 100) // heard of by the other
    const load = noting()
    const keys: Key[] = ['a', 'b', ['c', 1]]
    const warmer = warm(cache, {
      sources: { home: list(keys, { load, store: { tags: ['t'], ttl: '3m' }, critical: true }) },
    })
    const [report] = await pass(warmer.ready())
    expect(load.keys).toStrictEqual(['a', 'c,1'])
    expect(report).toMatchObject({
      source: 'home',
      ended: 'done',
      led: true,
      total: 3,
      hydrated: 1,
      loaded: 2,
    })
    expect([cache.getSync('a'), cache.getSync('b')]).toStrictEqual(['value of a', 'from Redis'])
    expect(cache.getEntrySync('c:1')).toMatchObject({ tags: ['t'], value: 'value of c,1' })
    expect((await cache.getEntry('a'))?.ttlMs).toBeLessThanOrEqual(180_000)
  })

  test('may be an async iterator, or a function that gives one each time, and no more of it is read than its limit', async () => {
    const { open, warm, pass } = world()
    const cache = await open()
    let given = 0
    async function* endless(): AsyncGenerator<string> {
      for (;;) yield `key ${given++}`
    }
    const load = noting()
    const warmer = warm(cache, {
      sources: {
        once: list(endless(), { load, limit: 3, critical: true }),
        each: list(() => Promise.resolve(['x', 'y']), { load, critical: true }),
      },
    })
    await pass(warmer.ready())
    expect([load.keys, given]).toStrictEqual([['key 0', 'key 1', 'key 2', 'x', 'y'], 3])
  })

  test('of a namespace is loaded into it, in batches', async () => {
    const { open, warm, pass } = world()
    const cache = await open()
    const jobs = cache.namespace('jobs')
    await jobs.set('b', 'known')
    const calls: string[][] = []
    const loadMany = (keys: string[]): string[] => {
      calls.push(keys)
      return keys.map(key => `value of ${key}`)
    }
    const sources = { jobs: list(['a', 'b', 'c', 'd'], { loadMany, batch: 2, cache: jobs, critical: true }) }
    const [report] = await pass(warm(cache, { sources }).ready())
    expect(calls).toStrictEqual([['a', 'c'], ['d']])
    expect([jobs.getSync('d'), report]).toMatchObject(['value of d', { loaded: 3, hydrated: 1 }])
  })

  test('without a loader is brought from Redis alone', async () => {
    const { open, warm, pass } = world()
    const [other, cache] = [await open(), await open()]
    await pass(other.set('a', 1), 100)
    const [report] = await pass(
      warm(cache, { sources: { home: list(['a', 'b'], { critical: true }) } }).ready(),
    )
    expect([cache.getSync('a'), report]).toMatchObject([1, { ended: 'done', hydrated: 1, loaded: 0 }])
  })

  test('what is used more and takes longer is loaded first', async () => {
    const { open, warm, pass, clock } = world()
    const cache = await open()
    const weights: Record<string, number> = { 'fast:1': 3, 'fast:2': 4, 'slow:1': 2, 'slow:2': 1 }
    const warmer = warm(cache, {
      concurrency: 1,
      sources: {
        all: list(() => Object.keys(weights).filter(key => cache.getSync(key) === undefined), {
          load: key => order(key),
          weight: key => weights[key] ?? 0,
        }),
      },
    })
    const loaded: string[] = []
    const order = (key: string): string => {
      loaded.push(key)
      return key
    }
    await pass(warmer.run('all'))
    await cache.clear()
    const load = (ms: number) => async () => {
      await new Promise<void>(resolve => clock.after(ms, resolve))
      return 1
    }
    await pass(Promise.all([cache.getOrSet('slow:0', load(100)), cache.getOrSet('fast:0', load(10))]))
    loaded.length = 0
    await pass(warmer.run('all'))
    expect(loaded).toStrictEqual(['slow:1', 'slow:2', 'fast:2', 'fast:1'])
  })
})

describe('a model', () => {
  const rows = [{ id: 3 }, { id: 2 }, { id: 1 }]

  test('gives its newest, and a resource warms them', async () => {
    const { open, warm, pass } = world()
    const [other, cache] = [await open(), await open()]
    const loads: number[] = []
    const options = {
      name: 'user',
      load: (id: number) => {
        loads.push(id)
        return { id }
      },
    }
    await other.resource(options).get(2)
    loads.length = 0
    const users = cache.resource(options)
    const model = {
      recent: async (limit: number) => rows.slice(0, limit).map(({ id }) => id),
      warm: (ids: readonly number[]) => users.warm(ids),
      hydrate: (ids: readonly number[]) => users.hydrate(ids),
    }
    const warmer = warm(cache, { sources: { users: recent(model, { limit: 2, critical: true }) } })
    const [report] = await pass(warmer.ready())
    expect([loads, report]).toMatchObject([[3], { total: 2, hydrated: 1, loaded: 1 }])
    expect([...cache.hotKeys()].map(({ key }) => key)).toContain('@user:3')
  })

  test('gives those asked for most; without hydrate all are warmed', async () => {
    const { open, warm, pass } = world()
    const warmed: number[][] = []
    const model = {
      top: (limit: number) => [7, 8, 9].slice(0, limit),
      warm: (ids: readonly number[]) => Promise.resolve(warmed.push([...ids])),
    }
    const warmer = warm(await open(), { sources: { most: top(model, 2) } })
    await pass(warmer.ready())
    expect(warmed).toStrictEqual([[7, 8]])
  })
})

test('the hottest keys of all instances can be refreshed before they run out', async () => {
  const { open, warm, pass } = world()
  const cache = await open()
  const warmer = warm(cache, { sources: { hot: top({ limit: 2, load: key => load(key) }) } })
  await pass(warmer.ready())
  const load = noting()
  for (const [i, key] of ['a', 'b', 'c'].entries())
    for (let hits = 0; hits <= i; hits++) await cache.getOrSet(key, () => 'old')
  await pass(warmer.save())
  const report = await pass(warmer.run('hot', { refresh: true }))
  expect([load.keys.toSorted(), report]).toMatchObject([['b', 'c'], { ended: 'done', loaded: 2 }])
  expect([cache.getSync('a'), cache.getSync('c')]).toStrictEqual(['old', 'value of c'])
})

test('a loader that fails costs its own key and is told of', async () => {
  const { open, warm, pass } = world()
  const cache = await open()
  const error = new Error('no database')
  const load = (key: string): string => {
    if (key === 'b') throw error
    return key
  }
  const warmer = warm(cache, { sources: { home: list(['a', 'b', 'c'], { load, critical: true }) } })
  const failures = heard(warmer, 'failed')
  const [report] = await pass(warmer.ready())
  expect(failures).toStrictEqual([{ source: 'home', id: 'b', error }])
  expect(report).toMatchObject({ ended: 'done', loaded: 2, failed: 1 })
  expect([cache.getSync('a'), cache.getSync('c')]).toStrictEqual(['a', 'c'])
})

test('a source that fails does not keep the next from being warmed', async () => {
  const { open, warm, pass } = world()
  const cache = await open()
  const broken = (): string[] => {
    throw new Error('no table')
  }
  const sources = {
    broken: list(broken, { critical: true }),
    bad: list(['a', ''], { critical: true }),
    good: list(['b'], { load: noting(), critical: true }),
  }
  const warmer = warm(cache, { sources })
  const reports = await pass(warmer.ready())
  expect(reports.map(({ ended }) => ended)).toStrictEqual(['failed', 'failed', 'done'])
  expect(cache.getSync('b')).toBe('value of b')
})
