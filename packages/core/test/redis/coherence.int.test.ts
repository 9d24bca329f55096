import { describe, expect, inject, test } from 'vitest'
import type { Cache, CacheOptions, Invalidation } from '../../src/index.ts'
import { coldGet, control, open, remembers, space } from './support/caches.ts'
import { Child } from './support/child.ts'
import { OwnRedis } from './support/servers.ts'
import { gate, until } from './support/until.ts'

const shared = (): CacheOptions => ({ namespace: space(), redis: inject('redisUrl') })

interface Way {
  readonly method: string
  readonly target: string
  /** What it does to the cache; `shop:1` with tag `red` goes, `shop:10` with tag `blue` stays unless `all`. */
  readonly run: (cache: Cache) => Promise<Invalidation>
  readonly all?: boolean
}

const ways: readonly Way[] = [
  { method: 'delete', target: 'shop:1', run: cache => cache.delete('shop:1') },
  { method: 'delete', target: 'a list', run: cache => cache.delete([['shop', 1]] as never) },
  { method: 'expire', target: 'shop:1', run: cache => cache.expire('shop:1') },
  { method: 'deleteByTag', target: 'red', run: cache => cache.deleteByTag('red') },
  { method: 'expireByTag', target: 'red', run: cache => cache.expireByTag(['green', 'red']) },
  { method: 'deleteByPrefix', target: 'shop:1', run: cache => cache.deleteByPrefix(['shop', 1]) },
  { method: 'expireByPrefix', target: 'shop:1', run: cache => cache.expireByPrefix('shop:1') },
  { method: 'deleteMatching', target: 's?op:1', run: matching },
  { method: 'clear', target: 'everything', run: cache => cache.clear(), all: true },
  { method: 'expireAll', target: 'everything', run: cache => cache.expireAll(), all: true },
]

async function matching(cache: Cache): Promise<Invalidation> {
  await cache.deleteMatching('s?op:1')
  return { status: 'committed', done: Promise.resolve() }
}

async function fill(cache: Cache): Promise<void> {
  await cache.set(['shop', 1], 'old', { tags: ['red'] })
  await cache.set(['shop', 10], 'old', { tags: ['blue'] })
}

describe('instances of one process', () => {
  test.each(ways)('$method of $target is obeyed by every instance, and by Redis', async way => {
    const options = shared()
    await using a = await open(options)
    await using b = await open(options)
    await using c = await open(options)
    await fill(a)
    for (const cache of [b, c]) {
      await remembers(cache, 'shop:1', 'old')
      await remembers(cache, 'shop:10', 'old')
    }
    const { status } = await way.run(b)
    expect(status).toBe('committed')
    expect(b.getSync('shop:1')).toBeUndefined()
    for (const cache of [a, c]) {
      await until('the others obey', () => cache.getSync('shop:1') === undefined)
      expect(await cache.get('shop:1')).toBeUndefined()
    }
    expect(await coldGet(options, 'shop:1')).toBeUndefined()
    expect(await coldGet(options, 'shop:10')).toBe(way.all ? undefined : 'old')
    if (!way.all) expect([a, b, c].map(cache => cache.getSync('shop:10'))).toEqual(['old', 'old', 'old'])
  })

  test('clear of a namespace covers its children and nothing else', async () => {
    const options = shared()
    await using a = await open(options)
    await using b = await open(options)
    const [users, admins] = [a.namespace('users'), a.namespace('users').namespace('admins')]
    for (const cache of [users, admins, a.namespace('usersandmore'), a]) await cache.set('1', 'old')
    const there = [b.namespace('users'), b.namespace('users').namespace('admins')]
    const untouched = [b.namespace('usersandmore'), b]
    for (const cache of [...there, ...untouched]) await remembers(cache, '1', 'old')
    await users.clear()
    for (const cache of there) await until('the namespace is empty', () => cache.getSync('1') === undefined)
    for (const cache of there) expect(await cache.get('1')).toBeUndefined()
    for (const cache of untouched) expect(cache.getSync('1')).toBe('old')
  })

  test('an expired value may still be served as stale, by every instance, until it is loaded anew', async () => {
    const options = { ...shared(), grace: '1m' } as const
    await using a = await open(options)
    await using b = await open(options)
    await a.set('k', 'old')
    await remembers(b, 'k', 'old')
    await a.expire('k')
    await until('the other obeys', () => b.getSync('k') === undefined)
    for (const cache of [a, b]) {
      expect(await cache.get('k')).toBeUndefined()
      expect(await cache.getEntry('k')).toMatchObject({ value: 'old', stale: true })
    }
    expect(await b.getOrSet('k', () => Promise.reject(new Error('the database is away')))).toBe('old')
    expect(await b.getOrSet('k', () => 'new')).toBe('new')
    await b.idle()
    expect(await coldGet(options, 'k')).toBe('new')
  })

  test('read-your-writes: what an instance has written or deleted, it never reads older', async () => {
    const options = shared()
    await using a = await open(options)
    await using b = await open(options)
    for (let i = 0; i < 200; i++) {
      const cache = i % 2 === 0 ? a : b
      const other = i % 2 === 0 ? b : a
      const noise = other.get('k')
      await cache.set('k', i)
      expect(await cache.get('k')).toBe(i)
      await noise
      await cache.delete('k')
      expect(await cache.get('k')).toBeUndefined()
      expect(await cache.getOrSet('k', () => `loaded ${i}`)).toBe(`loaded ${i}`)
    }
  })

  test('what one instance has deleted is loaded anew by all, once', async () => {
    const options = shared()
    await using a = await open(options)
    await using b = await open(options)
    let row = 1
    let loads = 0
    const load = (): number => {
      loads++
      return row
    }
    expect(await Promise.all([a.getOrSet('k', load), b.getOrSet('k', load)])).toEqual([1, 1])
    row = 2
    await a.delete('k')
    await until('the other obeys', () => b.getSync('k') === undefined)
    expect(await Promise.all([a.getOrSet('k', load), b.getOrSet('k', load)])).toEqual([2, 2])
    expect(loads).toBe(2)
  })
})

describe('a delete during a load wins', () => {
  const deletes = {
    key: (cache: Cache) => cache.delete('k'),
    tag: (cache: Cache) => cache.deleteByTag('t'),
    'late tag': (cache: Cache) => cache.deleteByTag('late'),
    prefix: (cache: Cache) => cache.deleteByPrefix('k'),
    clear: (cache: Cache) => cache.clear(),
    expire: (cache: Cache) => cache.expire('k'),
    set: (cache: Cache) => cache.set('k', 'new'),
  }
  const cases = Object.keys(deletes).flatMap(by =>
    [true, false].map(own => ({
      by: by as keyof typeof deletes,
      who: own ? 'itself' : 'another instance',
      own,
    })),
  )

  test.each(cases)('by $by, called on $who: neither tier keeps the old value', async ({ by, own }) => {
    const options = shared()
    await using loader = await open(options)
    await using other = await open(options)
    const begun = gate()
    const row = gate<string>()
    const loading = loader.getOrSet(
      'k',
      ({ setTags }) => {
        setTags(['t', 'late'])
        begun.open()
        return row.promise
      },
      { tags: ['t'] },
    )
    await begun.promise
    await deletes[by](own ? loader : other)
    row.open('old')
    expect(await loading).toBe('old')
    await loader.idle()
    const now = by === 'set' ? 'new' : undefined
    expect(await coldGet(options, 'k')).toBe(now)
    await until('the loader obeys', () => loader.getSync('k') !== 'old')
    expect(await loader.get('k')).toBe(now)
    expect(await other.get('k')).toBe(now)
  })

  test('who asks after the delete does not get the value whose load began before it', async () => {
    await using cache = await open(shared())
    const first = gate<string>()
    const begun = gate()
    const old = cache.getOrSet('k', () => {
      begun.open()
      return first.promise
    })
    await begun.promise
    const deleting = cache.delete('k')
    const fresh = cache.getOrSet('k', () => 'new')
    await deleting
    expect(await fresh).toBe('new')
    first.open('old')
    expect(await old).toBe('old')
    expect(await cache.get('k')).toBe('new')
  })

  test('who asks after a delete by tag does not get the value whose load began before it', async () => {
    await using cache = await open(shared())
    const first = gate<string>()
    const begun = gate()
    const answers = [() => first.promise, () => 'new']
    const load = (): string | Promise<string> => {
      begun.open()
      return answers.shift()?.() ?? 'too many loads'
    }
    const old = cache.getOrSet('k', load, { tags: ['t'] })
    await begun.promise
    await cache.deleteByTag('t')
    const fresh = cache.getOrSet('k', load, { tags: ['t'] })
    first.open('old')
    expect(await old).toBe('old')
    expect(await fresh).toBe('new')
    expect(await cache.get('k')).toBe('new')
  })
})

describe('instances in processes of their own', () => {
  test('each of them obeys each way of invalidating, whoever calls it', async () => {
    const options = shared()
    await using here = await open(options)
    await using there = await Child.start(options)
    const calls: readonly [method: string, ...args: unknown[]][] = [
      ['delete', 'shop:1'],
      ['expire', 'shop:1'],
      ['deleteByTag', 'red'],
      ['expireByTag', 'red'],
      ['deleteByPrefix', 'shop'],
      ['clear'],
      ['set', 'shop:1', 'new', { tags: ['red'] }],
    ]
    for (const [method, ...args] of calls) {
      const now = method === 'set' ? 'new' : undefined
      await fill(here)
      expect(await there.get('shop:1')).toBe('old')
      const member = here[method as 'clear'] as (...args: unknown[]) => Promise<Invalidation>
      await member.apply(here, args)
      await until(
        `the child obeys ${method}`,
        async () => (await there.call('getSync', 'shop:1')) === undefined,
      )
      expect(await there.get('shop:1')).toBe(now)

      await fill(here)
      expect(await there.get('shop:1')).toBe('old')
      await there.invalidate(method, ...args)
      expect(await there.get('shop:1')).toBe(now)
      await until(`the parent obeys ${method}`, () => here.getSync('shop:1') === undefined)
      expect(await here.get('shop:1')).toBe(now)
    }
  })

  test('a delete here wins over a load there', async () => {
    const options = shared()
    await using here = await open(options)
    await using there = await Child.start(options)
    const begun = gate()
    const row = gate<string>()
    there.onLoad = () => {
      begun.open()
      return row.promise
    }
    const loading = there.getOrSet('k')
    await begun.promise
    await here.delete('k')
    row.open('old')
    expect(await loading).toBe('old')
    await there.call('idle')
    expect(await there.get('k')).toBeUndefined()
    expect(await here.get('k')).toBeUndefined()
    expect(await coldGet(options, 'k')).toBeUndefined()
  })
})

describe('a subscriber that loses its connection', () => {
  test('misses nothing for longer than Δ', async () => {
    await using redis = await OwnRedis.start()
    await using admin = control(redis.url)
    const options = { namespace: space(), redis: redis.url, maxStaleness: '1s' } as const
    await using writer = await open(options)
    await using reader = await open(options)
    for (let round = 0; round < 5; round++) {
      await writer.set('k', round)
      await remembers(reader, 'k', round)
      await until('both subscribe', async () => {
        const [, count] = (await admin.pubsub('NUMSUB', `{${options.namespace}:0}:ch`)) as [string, number]
        return count === 2
      })
      // In one step: the subscriber is gone before the message is sent.
      const killed = admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      const deleted = writer.delete('k')
      expect(Number(await killed)).toBeGreaterThan(0)
      expect((await deleted).status).toBe('committed')
      const from = performance.now()
      await until('SYNC has repaired it', () => reader.getSync('k') === undefined, 1000)
      expect(performance.now() - from).toBeLessThan(1000)
      expect(await reader.get('k')).toBeUndefined()
    }
  })
})
