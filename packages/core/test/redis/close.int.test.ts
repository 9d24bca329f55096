import { once } from 'node:events'
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startTlsRedis } from '@tiercache/redis-server'
import { Redis } from 'ioredis'
import { describe, expect, inject, test } from 'vitest'
import { type Cache, createCache } from '../../src/index.ts'
import { coldGet, control, errorsOf, open, space } from './support/caches.ts'
import { OwnRedis } from './support/servers.ts'
import type { Scenario } from './support/child-exit.ts'
import { gate, until } from './support/until.ts'

const script = fileURLToPath(new URL('support/child-exit.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  /** From the child's last word until its end. */
  readonly ms: number
  readonly output: string
}

async function runChild(scenario: Scenario, url: string): Promise<Ended> {
  const child = fork(script, [scenario, url, space()], {
    execArgv: ['--conditions=@tiercache/source', '--unhandled-rejections=strict'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  child.stdout?.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr?.on('data', (text: Buffer) => (output += text.toString()))
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(15_000) }) as Promise<
    [number | null, string | null]
  >
  const from = await Promise.race([
    once(child, 'message').then(() => performance.now()),
    ended.then(() => Infinity),
  ])
  const [code, signal] = await ended.finally(() => child.kill('SIGKILL'))
  return { code, signal, ms: performance.now() - from, output }
}

describe('a process whose cache is closed ends by itself, with nothing to complain of', () => {
  const scenarios: Record<Exclude<Scenario, 'handshakes'>, string> = {
    used: 'after reads and writes',
    disposed: 'at the end of its block (await using)',
    loading: 'during loads',
    sentinelless: 'without Redis at all',
    client: 'beside a client of its own, once that is closed too',
    bulk: 'after bulk operations and namespaces',
    early: 'before it was ready',
  }

  test.each(Object.entries(scenarios) as [Scenario, string][])('%s: %s', async scenario => {
    const { code, signal, ms, output } = await runChild(scenario, inject('redisUrl'))
    expect({ code, signal, output }).toEqual({ code: 0, signal: null, output: '' })
    expect(ms).toBeLessThan(2000)
  })

  test('handshakes: in the middle of TLS handshakes', async () => {
    const server = await startTlsRedis()
    try {
      const { code, signal, ms, output } = await runChild('handshakes', server.url)
      expect(output).not.toMatch(/Error:|Unhandled/)
      expect({ code, signal }).toEqual({ code: 0, signal: null })
      expect(ms).toBeLessThan(2000)
    } finally {
      await server.stop()
    }
  })

  test.concurrent.each(['used', 'early', 'loading'] as const)(
    '%s: while Redis refuses connections',
    async scenario => {
      await using redis = await OwnRedis.start()
      await redis.kill()
      const { code, signal, ms, output } = await runChild(scenario, redis.url)
      expect({ code, signal }).toEqual({ code: 0, signal: null })
      expect(output).not.toMatch(/Error:|Unhandled/)
      expect(ms).toBeLessThan(2000)
    },
  )

  test.concurrent.each(['used', 'early', 'loading'] as const)('%s: while Redis hangs', async scenario => {
    await using redis = await OwnRedis.start()
    redis.freeze()
    const { code, signal, ms, output } = await runChild(scenario, redis.url)
    expect({ code, signal }).toEqual({ code: 0, signal: null })
    expect(output).not.toMatch(/Error:|Unhandled/)
    expect(ms).toBeLessThan(2000)
  })
})

describe('close', () => {
  const options = (): { namespace: string; redis: string } => ({
    namespace: space(),
    redis: inject('redisUrl'),
  })

  test('ends every connection it opened', async () => {
    await using redis = await OwnRedis.start()
    await using admin = control(redis.url)
    const clients = async (): Promise<number> =>
      (String(await admin.client('LIST')).match(/^id=/gm) ?? []).length
    const before = await clients()
    const cache = await open({ redis: redis.url, connections: 4 })
    await until('it has its connections', async () => (await clients()) === before + 5)
    await cache.close()
    await until('they are gone', async () => (await clients()) === before, 1000)
  })

  test('may be called twice, at the same time and later', async () => {
    const cache = await open(options())
    await Promise.all([cache.close(), cache.close()])
    await cache.close({ timeout: '1ms' })
    await cache[Symbol.asyncDispose]()
  })

  const calls: Record<string, (cache: Cache) => unknown> = {
    get: cache => cache.get('k'),
    getEntry: cache => cache.getEntry('k'),
    has: cache => cache.has('k'),
    getOrSet: cache => cache.getOrSet('k', () => 1),
    'getOrSet, fresh': cache => cache.getOrSet('k', () => 1, { fresh: true }),
    set: cache => cache.set('k', 1),
    getMany: cache => cache.getMany(['k', 'l']),
    setMany: cache => cache.setMany([['k', 1]]),
    getOrSetMany: cache => cache.getOrSetMany(['k', 'l'], keys => keys),
    delete: cache => cache.delete('k'),
    deleteMany: cache => cache.deleteMany(['k']),
    expire: cache => cache.expire('k'),
    deleteByTag: cache => cache.deleteByTag('t'),
    deleteByPrefix: cache => cache.deleteByPrefix('k'),
    deleteMatching: cache => cache.deleteMatching('k*'),
    clear: cache => cache.clear(),
    'a namespace': cache => cache.namespace('n').get('k'),
    notify: cache => {
      cache.rule('e', () => ({ tags: ['t'] }))
      return cache.notify('e')
    },
    wrap: cache => cache.wrap((n: number) => n, { name: 'f' })(1),
  }

  test.each(Object.entries(calls))('after it, %s rejects with E_CLOSED at once', async (_, call) => {
    const cache = await open(options())
    await cache.set('k', 1)
    await cache.close()
    const from = performance.now()
    await expect((async () => call(cache))()).rejects.toMatchObject({ name: 'CacheError', code: 'E_CLOSED' })
    expect(performance.now() - from).toBeLessThan(100)
  })

  test('after it, what only looks still answers: getSync, stats, health, ready, idle', async () => {
    const cache = await open(options())
    await cache.set('k', 1)
    await cache.close()
    expect(cache.getSync('k')).toBeUndefined()
    expect(cache.stats().sets).toBe(1)
    expect(await cache.health()).toMatchObject({ status: 'degraded' })
    await cache.ready()
    await cache.idle()
  })

  test('waits for loads under way; they get their value, and Redis too', async () => {
    const own = options()
    const cache = await open(own)
    const begun = gate()
    const row = gate<string>()
    const loading = cache.getOrSet('k', () => {
      begun.open()
      return row.promise
    })
    await begun.promise
    const closing = cache.close()
    row.open('loaded')
    expect(await loading).toBe('loaded')
    await closing
    expect(await coldGet(own, 'k')).toBe('loaded')
  })

  test('does not wait longer than its timeout for a load, and aborts its signal', async () => {
    const cache = await open(options())
    const begun = gate<AbortSignal>()
    const loading = cache.getOrSet('k', async ({ signal }) => {
      begun.open(signal)
      await once(signal, 'abort')
      throw signal.reason
    })
    const failed = expect(loading).rejects.toThrow()
    const signal = await begun.promise
    const from = performance.now()
    await cache.close({ timeout: '200ms' })
    expect(performance.now() - from).toBeLessThan(1000)
    expect(signal.aborted).toBe(true)
    await failed
  })

  test('a load it aborts gives its lease back: another instance loads at once', async () => {
    const own = options()
    const cache = await open(own)
    await using other = await open(own)
    const begun = gate()
    const loading = cache.getOrSet('k', async ({ signal }) => {
      begun.open()
      await once(signal, 'abort')
      throw signal.reason
    })
    const failed = expect(loading).rejects.toThrow()
    await begun.promise
    await cache.close({ timeout: '50ms' })
    await failed
    const from = performance.now()
    expect(await other.getOrSet('k', () => 'loaded')).toBe('loaded')
    expect(performance.now() - from).toBeLessThan(500)
  })

  test('a value loaded after it is answered to who waits, and kept nowhere', async () => {
    const own = options()
    const cache = await open(own)
    const begun = gate()
    const row = gate<string>()
    const loading = cache.getOrSet('k', () => {
      begun.open()
      return row.promise
    })
    await begun.promise
    await cache.close({ timeout: 0 })
    row.open('late')
    expect(await loading).toBe('late')
    expect(cache.getSync('k')).toBeUndefined()
    await expect(cache.getOrSet('k', () => 'other')).rejects.toMatchObject({ code: 'E_CLOSED' })
    expect(await coldGet(own, 'k')).toBeUndefined()
  })

  test('an invalidation that is under way is committed', async () => {
    const own = options()
    const cache = await open(own)
    await using other = await open(own)
    await cache.set('k', 'old')
    const deleting = cache.delete('k')
    const tagging = cache.deleteByTag('t')
    await cache.close()
    expect((await deleting).status).toBe('committed')
    expect((await tagging).status).toBe('committed')
    expect(await other.get('k')).toBeUndefined()
  })

  test('while Redis is down ends in time, and `done` of what was deferred rejects', async () => {
    await using redis = await OwnRedis.start()
    const cache = await open({ redis: redis.url, namespace: space() })
    const errors = errorsOf(cache)
    await redis.kill()
    const { status, done } = await cache.delete('k')
    expect(status).toBe('deferred')
    const lost = expect(done).rejects.toMatchObject({ code: 'E_CLOSED' })
    const from = performance.now()
    await cache.close({ timeout: '300ms' })
    expect(performance.now() - from).toBeLessThan(1000)
    await lost
    const heard = errors.length
    await until('a moment has passed', () => performance.now() - from > 500)
    expect(errors.length).toBe(heard)
  })

  test('while Redis hangs ends in time', async () => {
    await using redis = await OwnRedis.start()
    const cache = await open({ redis: redis.url, namespace: space() })
    redis.freeze()
    const pending = Promise.all([cache.get('a'), cache.getOrSet('b', () => 1), cache.delete('c')])
    const from = performance.now()
    await cache.close({ timeout: '500ms' })
    expect(performance.now() - from).toBeLessThan(1500)
    await Promise.allSettled([pending])
  })

  test('brings deferred invalidations to Redis that has just come back', async () => {
    await using redis = await OwnRedis.start()
    const own = { redis: redis.url, namespace: space() }
    const cache = await open(own)
    await cache.set('k', 'old')
    redis.freeze()
    const { status, done } = await cache.delete('k')
    expect(status).toBe('deferred')
    redis.thaw()
    await cache.close()
    await done
    expect(await coldGet(own, 'k')).toBeUndefined()
  })

  test('leaves a client it was given as it was: open, with no listener more', async () => {
    await using client = Object.assign(new Redis(inject('redisUrl')), {
      [Symbol.asyncDispose]: async () => {
        await client.quit()
      },
    })
    await client.ping()
    const listeners = (): Record<string, number> =>
      Object.fromEntries(
        ['error', 'close', 'ready', 'end', 'message'].map(name => [name, client.listenerCount(name)]),
      )
    const before = listeners()
    for (let i = 0; i < 3; i++) {
      const cache = await open({ redis: client, namespace: space() })
      await cache.set('k', i)
      await cache.close()
    }
    expect(client.status).toBe('ready')
    expect(await client.ping()).toBe('PONG')
    expect(listeners()).toEqual(before)
  })

  test('of a cache that was never used works at once', async () => {
    const from = performance.now()
    await createCache({ redis: 'redis://127.0.0.1:1' }).close()
    await createCache(options()).close()
    await createCache().close()
    expect(performance.now() - from).toBeLessThan(500)
  })
})
