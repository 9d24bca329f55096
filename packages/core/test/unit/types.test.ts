import { expectTypeOf, test } from 'vitest'
import {
  type Cache,
  createCache,
  type EntryView,
  type Invalidation,
  type Key,
  type TtlContext,
  type TtlPolicy,
} from '../../src/index.ts'

interface User {
  readonly id: number
  readonly name: string
}

declare const user: User
const cache: Cache = createCache()

/** Checked by tsc; it never runs. */
const unused = (body: () => unknown): number => body.length

test('getOrSet gives what the loader gives', () => {
  unused(() => {
    expectTypeOf(cache.getOrSet('k', () => 1)).resolves.toEqualTypeOf<number>()
    expectTypeOf(cache.getOrSet('k', async () => user)).resolves.toEqualTypeOf<User>()
    expectTypeOf(cache.getOrSet('k', (): User | null => user)).resolves.toEqualTypeOf<User | null>()
    expectTypeOf(cache.getOrSet('k', (): User | undefined => user)).resolves.toEqualTypeOf<User | undefined>()
    expectTypeOf(
      cache.getOrSet('k', ({ signal }) => fetch('x', { signal })),
    ).resolves.toEqualTypeOf<Response>()
    expectTypeOf(
      cache.getOrSet('k', ({ stale, notModified }) => (stale === undefined ? user : notModified())),
    ).resolves.toEqualTypeOf<User>()
    expectTypeOf(cache.getOrSet<User>('k', () => user)).resolves.toEqualTypeOf<User>()
    expectTypeOf(cache.getOrSetEntry('k', () => user)).resolves.toEqualTypeOf<EntryView<User> | undefined>()
    // @ts-expect-error a loader of another type
    void cache.getOrSet<User>('k', () => 1)
  })
})

test('options of a call: a ttl policy sees the value, unknown names and bad durations do not compile', () => {
  unused(() => {
    expectTypeOf(
      cache.getOrSet('k', () => user, {
        ttl: (value, context) => {
          expectTypeOf(value).toEqualTypeOf<User>()
          expectTypeOf(context).toEqualTypeOf<TtlContext>()
          return '5m'
        },
      }),
    ).resolves.toEqualTypeOf<User>()
    void cache.getOrSet('k', () => 1, {
      ttl: { memory: '30s', redis: 5000 },
      tags: ['a'],
      fresh: true,
      timeouts: { soft: '1s' },
    })
    // @ts-expect-error no such option
    void cache.getOrSet('k', () => 1, { tll: '5m' })
    // @ts-expect-error no such unit
    void cache.getOrSet('k', () => 1, { ttl: '5 minutes' })
    // @ts-expect-error fresh is of reads
    void cache.set('k', 1, { fresh: true })
    // @ts-expect-error strict is of writes
    void cache.getOrSet('k', () => 1, { strict: true })
    void cache.set('k', 1, { strict: true, tags: ['a'] as const })
  })
})

test('a type of key has a duration, a policy for its own values, or options', () => {
  unused(() => {
    const byId: TtlPolicy<User> = ({ id }) => (id > 0 ? '1h' : '1m')
    void createCache({ types: { user: byId, admin: { ttl: byId, grace: '1h' }, job: '2h' } })
    void createCache({ types: { user: ({ id }: User) => id, file: { ttl: { memory: '30s' } } } })
    void createCache({
      types: {
        user: (value, context) => {
          expectTypeOf(value).toEqualTypeOf<unknown>()
          expectTypeOf(context).toEqualTypeOf<TtlContext>()
          return { ttl: '5m', state: new Uint8Array() }
        },
      },
    })
    // @ts-expect-error the whole cache has values of other types, too
    void createCache({ ttl: byId })
    // @ts-expect-error no such option of a type
    void createCache({ types: { user: { tll: '5m' } } })
    // @ts-expect-error no lifetime
    void createCache({ types: { user: () => true } })
  })
})

test('get gives what it is told, or unknown; always perhaps undefined', () => {
  unused(() => {
    expectTypeOf(cache.get('k')).resolves.toEqualTypeOf<unknown>()
    expectTypeOf(cache.get<User>('k')).resolves.toEqualTypeOf<User | undefined>()
    expectTypeOf(cache.getSync<User>('k')).toEqualTypeOf<User | undefined>()
    expectTypeOf(cache.getEntry<User>('k')).resolves.toEqualTypeOf<EntryView<User> | undefined>()
    expectTypeOf(cache.has('k')).resolves.toEqualTypeOf<boolean>()
  })
})

test('many: values in a list, or what the loader gives by key', () => {
  unused(() => {
    expectTypeOf(cache.getMany<User>(['k'])).resolves.toEqualTypeOf<(User | undefined)[]>()
    expectTypeOf(
      cache.getOrSetMany(['a', 'b'] as string[], keys => {
        expectTypeOf(keys).toEqualTypeOf<string[]>()
        return keys.map(() => user)
      }),
    ).resolves.toEqualTypeOf<(User | undefined)[]>()
    expectTypeOf(cache.getOrSetMany(['a'], () => new Map([['a', user]]))).resolves.toEqualTypeOf<
      (User | undefined)[]
    >()
    expectTypeOf(cache.getOrSetMany(['a'], async () => [user, undefined])).resolves.toEqualTypeOf<
      (User | undefined)[]
    >()
  })
})

test('writes give an invalidation', () => {
  unused(() => {
    expectTypeOf(cache.set('k', user)).resolves.toEqualTypeOf<Invalidation>()
    expectTypeOf(cache.setMany(new Map([['k', user]]))).resolves.toEqualTypeOf<Invalidation>()
    expectTypeOf(cache.delete(['user', 1])).resolves.toEqualTypeOf<Invalidation>()
    expectTypeOf(cache.delete([['user', 1], 'k'])).resolves.toEqualTypeOf<Invalidation>()
    expectTypeOf(cache.deleteMatching('k*')).resolves.toEqualTypeOf<number>()
    expectTypeOf<Invalidation['status']>().toEqualTypeOf<'committed' | 'deferred'>()
  })
})

test('keys are text or parts', () => {
  unused(() => {
    expectTypeOf<Key>().toExtend<string | readonly unknown[]>()
    void cache.get(['user', 1, 2n, true, null, new Date(), { page: 1 }])
    // @ts-expect-error a number is no key
    void cache.get(5)
    // @ts-expect-error undefined is no part
    void cache.get(['user', undefined])
  })
})

test('wrap keeps the arguments and gives a promise of the result', () => {
  unused(() => {
    type Arguments = [id: number, _options?: { deep: boolean } | undefined]
    const wrapped = cache.wrap((id: number, _options?: { deep: boolean }) => (id === 0 ? null : user), {
      name: 'user',
    })
    expectTypeOf<Parameters<typeof wrapped>>().toEqualTypeOf<Arguments>()
    expectTypeOf(wrapped(1)).resolves.toEqualTypeOf<User | null>()
    expectTypeOf<Parameters<typeof wrapped.fresh>>().toEqualTypeOf<Arguments>()
    expectTypeOf(wrapped.invalidate(1)).resolves.toEqualTypeOf<Invalidation>()
    expectTypeOf(wrapped.key(1)).toEqualTypeOf<Key>()
    const async = cache.wrap(async (id: string) => ({ id }), {
      name: 'async',
      key: id => {
        expectTypeOf(id).toEqualTypeOf<string>()
        return id
      },
      tags: id => [id],
      ttl: value => {
        expectTypeOf(value).toEqualTypeOf<{ id: string }>()
        return '1m'
      },
    })
    expectTypeOf(async('1')).resolves.toEqualTypeOf<{ id: string }>()
    // @ts-expect-error not the type of the argument
    void wrapped('1')
  })
})

test('a resource knows its identity and its thing from its loader', () => {
  unused(() => {
    const users = cache.resource({
      name: 'user',
      load: async (id: number): Promise<User | undefined> => (id === 0 ? undefined : user),
      tags: id => [`user:${id}`],
      exclude: ['name'],
    })
    expectTypeOf(users.get(1)).resolves.toEqualTypeOf<User | undefined>()
    expectTypeOf(users.getMany([1])).resolves.toEqualTypeOf<(User | undefined)[]>()
    expectTypeOf<Parameters<typeof users.set>>().toEqualTypeOf<[id: number, value: User]>()
    expectTypeOf(users.invalidate(1, 2)).resolves.toEqualTypeOf<Invalidation>()
    // @ts-expect-error not the type of the identity
    void users.invalidate('1')
    // @ts-expect-error not the type of the identity
    void users.get('1')
    // @ts-expect-error no such property
    void cache.resource({ name: 'user', load: (id: number): User => ({ id, name: '' }), fields: ['nick'] })
  })
})

test('a listener knows its event', () => {
  unused(() => {
    cache.on('hit', event => expectTypeOf(event.tier).toEqualTypeOf<'memory' | 'redis'>())
    expectTypeOf(cache.on('error', () => {})).toEqualTypeOf<() => void>()
    // @ts-expect-error no such event
    cache.on('hits', () => {})
  })
})
