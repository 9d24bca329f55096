import { CacheError, createCache } from '@tiercache/core'
import { expect, onTestFinished, test } from 'vitest'
import { createWarmer, list, recent, top, type WarmerOptions } from '../../src/index.ts'

const load = (): number => 1

test.each<[string, () => unknown]>([
  ['concurrency', () => options({ concurrency: 0 })],
  ['rate', () => options({ rate: 0 })],
  ['rate', () => options({ rate: Number.NaN })],
  ['deadline', () => options({ deadline: 'later' as never })],
  ['signal', () => options({ signal: {} as never })],
  ['speed', () => options({ speed: 1 } as never)],
  ['sources', () => options({ sources: [] as never })],
  ['sources', () => options({ sources: { snapshot: list([]) } })],
  ['sources.a', () => options({ sources: { a: {} as never } })],
  ['snapshot.keys', () => options({ snapshot: { keys: 0 } })],
  ['snapshot.every', () => options({ snapshot: { every: 0 } })],
  ['snapshot.halfLife', () => options({ snapshot: { halfLife: -1 } })],
  ['snapshot.restore', () => options({ snapshot: { restore: 1 as never } })],
  ['snapshot.often', () => options({ snapshot: { often: 1 } as never })],
  ['snapshot.load', () => options({ snapshot: { load: 1 as never } })],
  ['cache', () => createWarmer({} as never)],
  ['list.keys', () => list('a' as never)],
  ['list.load', () => list([], { load: 1 as never })],
  ['list.loadMany', () => list([], { load, loadMany: () => [] })],
  ['list.weight', () => list([], { weight: 1 as never })],
  ['list.limit', () => list([], { limit: 0 })],
  ['list.batch', () => list([], { batch: 1.5 })],
  ['list.critical', () => list([], { critical: 'yes' as never })],
  ['list.refresh', () => list([], { refresh: true })],
  ['list.every', () => list([], { every: 'now' as never })],
  ['list.often', () => list([], { often: 1 } as never)],
  ['recent.model', () => recent({ warm: load } as never, 10)],
  ['recent.model', () => recent({ recent: load } as never, 10)],
  ['recent.model', () => recent(null as never, 10)],
  ['recent.limit', () => recent({ recent: () => [], warm: async () => {} }, 0)],
  ['top.model', () => top({ recent: load, warm: load } as never, 10)],
  ['top.limit', () => top(0)],
  ['top.refresh', () => top({ refresh: true })],
])('%s that cannot be is refused at once', (path, make) => {
  let error: unknown
  try {
    make()
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(CacheError)
  expect(error).toMatchObject({ path, code: expect.stringMatching(/^E_(?:OPTION|TTL)$/) })
})

function options(given: WarmerOptions): unknown {
  const cache = createCache()
  onTestFinished(() => cache.close())
  return createWarmer(cache, given)
}
