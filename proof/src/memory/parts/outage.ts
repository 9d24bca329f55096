import { type Cache, createCache } from '@tiercache/core'
import { startRedis } from '@tiercache/redis-server'
import { Link } from '../../bounded/link.ts'
import { pass, until } from '../../real/monotonic.ts'
import { census } from '../census.ts'
import { heapNow } from '../heap.ts'
import type { Check, Measured, Scale } from '../part.ts'

const MB = 2 ** 20
const LIMIT = 100_000
const A_CALL = 500
const WATCHED = 500
const DELTA_MS = 2000

/**
 * One instance loses Redis and invalidates more names than it may keep, among them what all instances have in memory. When Redis is back,
 * nobody has an old value.
 */
export async function outagePart({ quick }: Scale): Promise<Measured> {
  const names = quick ? 150_000 : 1_000_000
  const server = await startRedis()
  await using link = await Link.to(server.port)
  const options = { connectTimeout: 500 }
  const cut = createCache({ redis: { ...options, url: `redis://127.0.0.1:${link.port}` }, ttl: '10m' })
  const others = [
    createCache({ redis: server.url, ttl: '10m' }),
    createCache({ redis: server.url, ttl: '10m' }),
  ]
  let version = 0
  const watched = Array.from({ length: WATCHED }, (_, i) => Math.floor((i * names) / WATCHED))
  const old = async (cache: Cache): Promise<number> => {
    const values = await Promise.all(watched.map(i => cache.getOrSet(keyOf(i), () => ({ version }))))
    return values.filter(value => value.version !== version).length
  }
  try {
    await Promise.all([cut, ...others].map(cache => cache.ready()))
    for (const cache of [cut, ...others]) await old(cache)
    const before = heapNow().heap
    await link.refuse()
    version = 1
    let most = 0
    let waiting: Promise<unknown>[] = []
    for (let from = 0; from < names; from += A_CALL) {
      const keys = Array.from({ length: Math.min(A_CALL, names - from) }, (_, n) => keyOf(from + n))
      const { done } = await cut.deleteMany(keys)
      waiting.push(done)
      most = Math.max(most, cut.stats().invalidations.deferred)
    }
    const grown = heapNow().heap - before
    const oldHere = await old(cut)
    const journal = Math.max(
      ...[...census(cut)].flatMap(([name, size]) => (name.startsWith('Journal.') ? [size] : [])),
    )
    await link.admit()
    const healed = await until(20_000, () => cut.stats().invalidations.deferred === 0)
    const settled = await Promise.allSettled(waiting)
    waiting = []
    await pass(DELTA_MS + 500)
    const fresh = createCache({ redis: server.url })
    await fresh.ready()
    const stillOld = [
      await old(cut),
      await old(others[0] ?? cut),
      await old(others[1] ?? cut),
      await old(fresh),
    ]
    await fresh.close()
    const checks: Check[] = [
      { what: `deferred names kept, of ${names}`, is: most, limit: LIMIT + A_CALL, unit: 'entries' },
      { what: 'largest table of the journal', is: journal, limit: LIMIT + A_CALL, unit: 'entries' },
      { what: 'heap of an instance in the outage', is: grown, limit: 64 * MB, unit: 'bytes' },
      { what: 'old values read by the caller in the outage', is: oldHere, limit: 0, unit: 'values' },
      {
        what: 'deferred for ever',
        is: healed ? 0 : cut.stats().invalidations.deferred,
        limit: 0,
        unit: 'entries',
      },
      {
        what: 'promises of deferred calls that were not kept',
        is: settled.filter(({ status }) => status === 'rejected').length,
        limit: 0,
        unit: 'values',
      },
      ...['the caller', 'the second', 'the third', 'a cold instance'].map((who, i): Check => {
        return {
          what: `old values read by ${who} after it`,
          is: stillOld[i] ?? WATCHED,
          limit: 0,
          unit: 'values',
        }
      }),
    ]
    return { checks }
  } finally {
    await Promise.all([cut, ...others].map(cache => cache.close()))
    await server.stop()
  }
}

function keyOf(i: number): string {
  return `user:${i}`
}
