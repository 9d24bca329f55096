import assert from 'node:assert/strict'
import type { Store } from '../../store.ts'
import { fillTests } from './store-fills.ts'
import { invalidationTests } from './store-invalidations.ts'
import { layoutTests } from './store-layouts.ts'
import { leaseTests } from './store-leases.ts'
import { manyTests } from './store-many.ts'
import { fullTests } from './store-memory.ts'
import { syncTests } from './store-syncs.ts'
import {
  invalidateRequest,
  put,
  type StoreHarness,
  type TestFunction,
  type WorldTest,
  worldTest,
} from './store-world.ts'

/**
 * Asserts that a store keeps the protocol, outcome by outcome: leases, fills, invalidations, the log, messages. Hand it any `test`
 * function; each test uses a namespace of its own. The real Redis and the stand-in both pass it.
 */
export function storeConformance(test: TestFunction, harness: StoreHarness): void {
  const check = worldTest(test, harness)
  leaseTests(check)
  fillTests(check)
  manyTests(check)
  invalidationTests(check)
  syncTests(check)
  layoutTests(check)
  scanTests(check)
  connectionTests(check)
  if (harness.full !== undefined) fullTests(check)
}

function scanTests(test: WorldTest): void {
  const ids = [
    'user:1',
    'user:12',
    'user:1:posts',
    'job:1',
    'a[1]',
    'a1',
    '@ns:user:1',
    'wild*card',
    'line\nend',
  ]
  const patterns: Record<string, string[]> = {
    '*': ids,
    'user:*': ['user:1', 'user:12', 'user:1:posts'],
    'user:?': ['user:1'],
    '?????1*': ['user:1', 'user:12', 'user:1:posts'].filter(id => id[5] === '1'),
    '*:1': ['user:1', 'job:1', '@ns:user:1'],
    'a\\[1\\]': ['a[1]'],
    'wild\\*card': ['wild*card'],
    'line?end': ['line\nend'],
    'none*': [],
    'user:1': ['user:1'],
  }
  test('a scan finds the ids that match, and nothing else that Redis holds', async world => {
    const { store } = await world.open()
    for (const id of ids) await put(store, id)
    await store.invalidate(0, invalidateRequest({ slots: [1] }))
    for (const [pattern, expected] of Object.entries(patterns))
      assert.deepEqual(await found(store, pattern), [...expected].sort(), pattern)
  })

  test('a scan finds more ids than one batch holds', async world => {
    const { store } = await world.open()
    const many = Array.from({ length: 1500 }, (_, i) => `many:${i}`)
    await Promise.all(many.map(id => put(store, id)))
    assert.deepEqual(await found(store, 'many:*'), many.sort())
  })
}

function connectionTests(test: WorldTest): void {
  test('a ping takes a time', async world => {
    const { store } = await world.open()
    const ms = await store.ping()
    assert.ok(ms >= 0 && Number.isFinite(ms), String(ms))
  })

  test('the circuit is closed where nothing failed', async world => {
    const { store } = await world.open()
    assert.equal(store.breakerState(), 'closed')
  })

  test('closed, it ends what is asked of it, and may be closed again', async world => {
    const { store } = await world.open()
    await store.close()
    await store.close()
    await assert.rejects(store.read(0, ['a']))
    await assert.rejects(store.invalidate(0, invalidateRequest({ keys: ['a'] })))
  })

  test('after reconnecting it answers again', async world => {
    const { store } = await world.open()
    const bytes = await put(store, 'a')
    store.reconnect()
    const read = (): Promise<Buffer | undefined> =>
      store.read(0, ['a']).then(
        ([one]) => one,
        () => undefined,
      )
    await world.until('it answers', async () => (await read())?.equals(bytes) ?? false)
  })
}

async function found(store: Store, glob: string): Promise<string[]> {
  const ids = new Set<string>()
  for await (const batch of store.scan(glob)) for (const id of batch.ids) ids.add(id)
  return [...ids].sort()
}
