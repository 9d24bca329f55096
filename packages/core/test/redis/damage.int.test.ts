import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Cache, CacheOptions } from '../../src/index.ts'
import { coldGet, control, errorsOf, keysOf, open, remembers, space } from './support/caches.ts'
import { OwnRedis } from './support/servers.ts'
import { until } from './support/until.ts'

/* Somebody else has access to Redis, evicts or flushes: whatever is lost, nothing old is served in its place. */

let redis: OwnRedis
beforeAll(async () => {
  redis = await OwnRedis.start()
})
afterAll(() => redis[Symbol.asyncDispose]())

const DELTA_MS = 1000
const own = (): CacheOptions & { namespace: string } => ({
  namespace: space(),
  redis: redis.url,
  maxStaleness: DELTA_MS,
})

/** Both tiers of both instances have `k`. */
async function warm(a: Cache, b: Cache, value = 'old'): Promise<void> {
  await a.set('k', value, { tags: ['t'] })
  await remembers(b, 'k', value)
}

/** The instances invalidate, load and obey each other. */
async function works(a: Cache, b: Cache, withinMs?: number): Promise<void> {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    expect((await from.set('after', 'old', { tags: ['after'] })).status).toBe('committed')
    await remembers(to, 'after', 'old', withinMs)
    expect((await from.deleteByTag('after')).status).toBe('committed')
    await until('the other obeys', () => to.getSync('after') === undefined, DELTA_MS)
    expect(await to.get('after')).toBeUndefined()
    expect(await to.getOrSet('after', () => 'new')).toBe('new')
    await to.idle()
    expect(await from.getOrSet('after', () => 'not asked')).toBe('new')
  }
}

describe('when Redis loses', () => {
  const losses = {
    everything: (options: { namespace: string }, admin: ReturnType<typeof control>) => admin.flushall(),
    'the meta key': (options: { namespace: string }, admin: ReturnType<typeof control>) =>
      admin.del(keysOf(options.namespace).meta),
    'meta and log': (options: { namespace: string }, admin: ReturnType<typeof control>) =>
      admin.del(keysOf(options.namespace).meta, keysOf(options.namespace).log),
    'the epoch, which is damaged': (options: { namespace: string }, admin: ReturnType<typeof control>) =>
      admin.hset(keysOf(options.namespace).meta, 'e', 'ab'),
    'the position, which is no number': (options: { namespace: string }, admin: ReturnType<typeof control>) =>
      admin.hset(keysOf(options.namespace).meta, 's', 'nan'),
    'the position, which is beyond what counts': (
      options: { namespace: string },
      admin: ReturnType<typeof control>,
    ) => admin.hset(keysOf(options.namespace).meta, 's', '1152921504606846976'),
  }

  test.each(Object.entries(losses))(
    '%s, no instance answers from before for longer than Δ',
    async (_, lose) => {
      const options = own()
      await using admin = control(redis.url)
      await using a = await open(options)
      await using b = await open(options)
      await warm(a, b)
      await lose(options, admin)
      await until(
        'memory is empty',
        () => a.getSync('k') === undefined && b.getSync('k') === undefined,
        DELTA_MS,
      )
      expect(await coldGet(options, 'k')).toBeUndefined()
      expect(await a.get('k')).toBeUndefined()
      await works(a, b)
    },
  )

  test.each(Object.entries(losses))(
    '%s, a delete right after it is obeyed, and a load from before is not stored',
    async (_, lose) => {
      const options = own()
      await using admin = control(redis.url)
      await using a = await open(options)
      await using b = await open(options)
      await warm(a, b)
      const row = Promise.withResolvers<string>()
      const begun = Promise.withResolvers<void>()
      const loading = b.getOrSet('slow', () => {
        begun.resolve()
        return row.promise
      })
      await begun.promise
      await lose(options, admin)
      const [first, second] = await Promise.all([a.delete('k'), a.delete('slow')])
      expect([first.status, second.status]).toEqual(['committed', 'committed'])
      expect(await a.get('k')).toBeUndefined()
      row.resolve('old')
      expect(await loading).toBe('old')
      await b.idle()
      expect(await coldGet(options, 'slow')).toBeUndefined()
      await until(
        'the other obeys',
        () => b.getSync('k') === undefined && b.getSync('slow') === undefined,
        DELTA_MS,
      )
      expect(await b.get('slow')).toBeUndefined()
      await works(a, b)
    },
  )

  test('the log, instances that missed nothing go on, and those that missed something find out', async () => {
    const options = own()
    await using admin = control(redis.url)
    await using a = await open(options)
    await using b = await open(options)
    await warm(a, b)
    await admin.del(keysOf(options.namespace).log)
    await works(a, b)
    await warm(a, b, 'old again')
    const killed = admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    const deleted = a.deleteByTag('t')
    const lost = admin.del(keysOf(options.namespace).log)
    await Promise.all([killed, deleted, lost])
    await until('the other found out', () => b.getSync('k') === undefined, DELTA_MS)
    expect(await b.get('k')).toBeUndefined()
    // An instance that cannot see whether its own records are lost says them again, which may take a value set before that.
    await vi.waitFor(() => works(a, b, 500), { timeout: 15_000 })
  })

  test('its scripts, nobody notices', async () => {
    const options = own()
    await using admin = control(redis.url)
    await using a = await open(options)
    await using b = await open(options)
    const errors = [errorsOf(a), errorsOf(b)]
    await warm(a, b)
    for (let i = 0; i < 5; i++) {
      await admin.script('FLUSH')
      await works(a, b)
    }
    expect(b.getSync('k')).toBe('old')
    expect(errors.flat()).toEqual([])
  })

  test('a value, it is loaded again', async () => {
    const options = own()
    await using admin = control(redis.url)
    await using a = await open(options)
    await warm(a, a)
    await admin.del(keysOf(options.namespace).value('k'))
    expect(await coldGet(options, 'k')).toBeUndefined()
    await using b = await open(options)
    expect(await b.getOrSet('k', () => 'loaded')).toBe('loaded')
  })
})

describe('bytes that are no value of ours', () => {
  const envelope = async (options: CacheOptions & { namespace: string }): Promise<Buffer> => {
    await using cache = await open(options)
    await using admin = control(redis.url)
    await cache.set('k', { name: 'a value like any other' })
    return (await admin.getBuffer(keysOf(options.namespace).value('k'))) ?? Buffer.alloc(0)
  }
  const changed = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes)
    copy[at] = (copy[at] ?? 0) ^ 0x41
    return copy
  }
  const poisons: Record<string, (valid: Buffer) => Buffer> = {
    text: () => Buffer.from('{"name":"json of another library"}'),
    'one byte': () => Buffer.from('T'),
    nothing: () => Buffer.alloc(0),
    'zeroes, as SETRANGE leaves them': () => Buffer.from([0, 0, 1]),
    'a value cut off': valid => valid.subarray(0, valid.length - 3),
    'a head alone': valid => valid.subarray(0, 19),
    'another format version': valid => changed(valid, 1),
    'a changed body': valid => changed(valid, valid.length - 1),
    'a changed time': valid => changed(valid, 36),
    'unknown flags': valid => changed(valid, 19),
  }

  test.each(Object.entries(poisons))('%s: a miss and an event, and deleted', async (_, poison) => {
    const options = own()
    await using admin = control(redis.url)
    const name = keysOf(options.namespace).value('k')
    const bytes = poison(await envelope(options))
    await using cache = await open({ ...options, memory: false })
    const errors = errorsOf(cache)
    for (const read of [
      () => cache.get('k'),
      () => cache.getEntry('k'),
      () => cache.getMany(['other', 'k']).then(found => found[1]),
    ]) {
      errors.length = 0
      await admin.set(name, bytes)
      expect(await read()).toBeUndefined()
      expect(errors).toMatchObject([{ operation: 'decode', key: 'k', error: { code: 'E_CODEC' } }])
      await until('it is deleted', async () => (await admin.exists(name)) === 0, 1000)
    }
    await admin.set(name, bytes)
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    await cache.idle()
    expect(await cache.get('k')).toBe('loaded')
    await admin.set(name, bytes)
    expect((await cache.delete('k')).status).toBe('committed')
    expect(await cache.getOrSet('k', () => 'again')).toBe('again')
  })

  test('the value of another key, copied over: a miss', async () => {
    const options = own()
    const valid = await envelope(options)
    await using admin = control(redis.url)
    await using cache = await open(options)
    await admin.set(keysOf(options.namespace).value('elsewhere'), valid)
    expect(await cache.get('elsewhere')).toBeUndefined()
    expect(await cache.get('k')).toMatchObject({ name: 'a value like any other' })
  })

  test('however many there are, the circuit stays closed', async () => {
    const options = own()
    await using admin = control(redis.url)
    await using cache = await open({ ...options, memory: false, breaker: { volume: 5 } })
    for (let i = 0; i < 50; i++) await admin.set(keysOf(options.namespace).value(`k${i}`), 'poison')
    for (let i = 0; i < 50; i++) expect(await cache.get(`k${i}`)).toBeUndefined()
    expect(cache.stats().breaker).toBe('closed')
  })

  test('keys of another type: a miss that can be deleted and loaded over, and the circuit stays closed', async () => {
    const options = own()
    await using admin = control(redis.url)
    await using cache = await open({ ...options, memory: false, breaker: { volume: 5 } })
    const names = Array.from({ length: 20 }, (_, i) => keysOf(options.namespace).value(`k${i}`))
    for (const name of names) await admin.rpush(name, 'a list')
    for (let i = 0; i < 20; i++) expect(await cache.get(`k${i}`)).toBeUndefined()
    expect(cache.stats().breaker).toBe('closed')
    await cache.delete('k0')
    expect(await admin.exists(names[0] ?? '')).toBe(0)
    expect(await cache.getOrSet('k1', () => 'loaded')).toBe('loaded')
    await cache.idle()
    expect(await cache.get('k1')).toBe('loaded')
  })

  test('a lease of another type: its key is loaded and not stored, and no other of the same call suffers', async () => {
    const options = own()
    await using admin = control(redis.url)
    await using cache = await open({ ...options, memory: false })
    const errors = errorsOf(cache)
    await admin.rpush(`{${options.namespace}:0}:L:k1`, 'a list')
    const names = ['k0', 'k1', 'k2']
    expect(await cache.getOrSetMany(names, keys => keys)).toEqual(names)
    await cache.idle()
    expect(await cache.getMany(names)).toEqual(['k0', undefined, 'k2'])
    expect(errors).toMatchObject([{ operation: 'lease', key: 'k1', error: { code: 'E_REDIS' } }])
    expect(cache.stats().breaker).toBe('closed')
  })

  test('messages that are no record of ours change nothing', async () => {
    const options = own()
    await using admin = control(redis.url)
    await using a = await open(options)
    await using b = await open(options)
    const errors = [errorsOf(a), errorsOf(b)]
    await warm(a, b)
    const channel = `{${options.namespace}:0}:ch`
    for (const text of [
      '',
      '|',
      'x|1|-|n|o|{}',
      'F|',
      'F|k',
      '{}',
      'x'.repeat(100_000),
      'a|b|c|d|e|{"k":["k"]}',
    ])
      await admin.publish(channel, text)
    await works(a, b)
    expect(b.getSync('k')).toBe('old')
    expect(errors.flat()).toEqual([])
  })
})
