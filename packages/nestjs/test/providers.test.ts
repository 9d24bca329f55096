import 'reflect-metadata'
import { Inject, Injectable, Module, Scope } from '@nestjs/common'
import { Test } from '@nestjs/testing'
import { type Cache, createCache } from '@tiercache/core'
import { fakeRedis } from '@tiercache/core/testing'
import { expect, test } from 'vitest'
import {
  CACHE_MANAGER,
  Cached,
  type CacheManager,
  InjectCache,
  InvalidatesCached,
  TIERCACHE,
  TiercacheModule,
} from '../src/index.ts'
import { decorate } from './support/decorate.ts'

/** A service as it would be written with decorators. */
function jobsService(): {
  new (): { find(id: number): Promise<string>; rename(id: number): Promise<string> }
} {
  let calls = 0
  class JobsService {
    readonly name = 'job'

    async find(id: number): Promise<string> {
      return `${this.name} ${id}, call ${++calls}`
    }

    async rename(id: number): Promise<string> {
      return `renamed ${id}`
    }
  }
  decorate(JobsService, 'find', [Cached({ ttl: '5m', tags: (id: number) => [`job:${id}`] })])
  decorate(JobsService, 'rename', [
    InvalidatesCached({ tags: (_result: string, id: number) => [`job:${id}`] }),
  ])
  Injectable()(JobsService)
  return JobsService
}

test('@Cached on a provider caches by arguments, and @InvalidatesCached invalidates after success', async () => {
  const JobsService = jobsService()
  const module = await Test.createTestingModule({
    imports: [TiercacheModule.forRoot()],
    providers: [JobsService],
  }).compile()
  const jobs = module.get(JobsService)
  expect(await jobs.find(1)).toBe('job 1, call 1')
  expect(await jobs.find(1)).toBe('job 1, call 1')
  expect(await jobs.find(2)).toBe('job 2, call 2')
  expect(await jobs.rename(1)).toBe('renamed 1')
  expect([await jobs.find(1), await jobs.find(2)]).toEqual(['job 1, call 3', 'job 2, call 2'])
  await module.close()
})

test('providers of a request share what is cached', async () => {
  const JobsService = jobsService()
  Injectable({ scope: Scope.TRANSIENT })(JobsService)
  const module = await Test.createTestingModule({
    imports: [TiercacheModule.forRoot()],
    providers: [JobsService],
  }).compile()
  const [a, b] = [await module.resolve(JobsService), await module.resolve(JobsService)]
  expect(a).not.toBe(b)
  expect([await a.find(1), await b.find(1)]).toEqual(['job 1, call 1', 'job 1, call 1'])
  await module.close()
})

test('an object that Nest did not make works without a cache', async () => {
  const jobs = new (jobsService())()
  expect([await jobs.find(1), await jobs.find(1)]).toEqual(['job 1, call 1', 'job 1, call 2'])
  expect(await jobs.rename(1)).toBe('renamed 1')
})

test('the cache, its namespaces and the drop-in are injected anywhere', async () => {
  class Consumer {
    readonly cache: Cache
    readonly jobs: Cache
    readonly manager: CacheManager

    constructor(cache: Cache, jobs: Cache, manager: CacheManager) {
      this.cache = cache
      this.jobs = jobs
      this.manager = manager
    }
  }
  Inject(TIERCACHE)(Consumer, undefined, 0)
  InjectCache('jobs')(Consumer, undefined, 1)
  Inject(CACHE_MANAGER)(Consumer, undefined, 2)
  class Feature {}
  Module({ providers: [Consumer] })(Feature)
  const module = await Test.createTestingModule({
    imports: [TiercacheModule.forRoot({ namespaces: { jobs: { ttl: '2m' } } }), Feature],
  }).compile()
  const { cache, jobs, manager } = module.get(Consumer, { strict: false })
  await jobs.set('a', 1)
  await manager.set('a', 2)
  expect([jobs.name, await jobs.get('a'), await manager.get('a'), await cache.get('a')]).toEqual([
    'jobs',
    1,
    2,
    undefined,
  ])
  await cache.clear()
  expect([await jobs.get('a'), await manager.get('a')]).toEqual([undefined, undefined])
  await module.close()
})

test('options may be injected', async () => {
  const redis = fakeRedis()
  class Settings {}
  Module({ providers: [{ provide: 'REDIS', useValue: redis }], exports: ['REDIS'] })(Settings)
  const module = await Test.createTestingModule({
    imports: [
      TiercacheModule.forRootAsync({
        imports: [Settings],
        inject: ['REDIS'],
        useFactory: async (target: typeof redis) => ({ redis: target, namespace: 'shop' }),
        namespaces: { jobs: {} },
      }),
    ],
  }).compile()
  const cache = module.get<Cache>(TIERCACHE)
  await cache.set('key', 'value')
  expect(redis.keys()).toEqual(['key'])
  await module.close()
})

test('the module closes the cache that it made with the application, and no other', async () => {
  const given = createCache()
  for (const [options, closed] of [
    [{}, true],
    [{ cache: given }, false],
  ] as const) {
    const module = await Test.createTestingModule({ imports: [TiercacheModule.forRoot(options)] }).compile()
    const app = module.createNestApplication({ logger: false })
    await app.init()
    const cache = module.get<Cache>(TIERCACHE)
    await cache.set('key', 1)
    await app.close()
    if (closed) await expect(cache.get('key')).rejects.toMatchObject({ code: 'E_CLOSED' })
    else expect(await cache.get('key')).toBe(1)
  }
})

test('options that are not valid throw where they are written', async () => {
  const { CacheResponse, Invalidates } = await import('../src/index.ts')
  expect(() => TiercacheModule.forRoot({ ttl: 'soon' as never })).toThrow(/ttl/)
  expect(() => CacheResponse({ ttl: 'soon' as never })).toThrow(/ttl/)
  expect(() => Invalidates({})).toThrow(/tags/)
})

test('decorators fit methods by their arguments and results', () => {
  class Service {
    find = async (id: number, full?: boolean): Promise<string> => `${id} ${full}`
  }
  const { prototype } = Service
  const method = (): TypedPropertyDescriptor<Service['find']> => ({ value: async id => `${id}` })
  Cached()(prototype, 'find', method())
  Cached({ ttl: '5m' })(prototype, 'find', method())
  Cached({ key: (id: number) => [id] })(prototype, 'find', method())
  Cached({ ttl: (found: string) => found.length })(prototype, 'find', method())
  InvalidatesCached({ tags: ['a'] })(prototype, 'find', method())
  InvalidatesCached({ tags: (found: string) => [found] })(prototype, 'find', method())
  // @ts-expect-error the argument is a number
  Cached({ key: (id: string) => [id] })(prototype, 'find', method())
  // @ts-expect-error the result is text
  InvalidatesCached({ tags: (found: number) => [`${found}`] })(prototype, 'find', method())
  expect(() => Cached()(prototype, 'find', undefined as never)).toThrow(/experimentalDecorators/)
})
