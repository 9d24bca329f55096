import 'reflect-metadata'
import {
  type DynamicModule,
  type InjectionToken,
  Module,
  type ModuleMetadata,
  type OptionalFactoryDependency,
  type Provider,
  type Type,
} from '@nestjs/common'
import { APP_INTERCEPTOR } from '@nestjs/core'
import { type Cache, createCache, type CacheOptions, type LifeOptions } from '@tiercache/core'
import {
  adminEndpoint,
  type AdminOptions,
  healthEndpoint,
  type HealthOptions,
  responseTimes,
  statsEndpoint,
  type TimingOptions,
} from '@tiercache/http'
import { cacheManager } from './cache-manager.ts'
import { endpointController } from './endpoints.ts'
import type { HeldCache } from './held-cache.ts'
import { Shutdown } from './shutdown.ts'
import { TimingInterceptor } from './timing-interceptor.ts'
import { CACHE_MANAGER, CACHE_TIMES, namespaceToken, OWN_CACHE, TIERCACHE } from './tokens.ts'

/** The options of `createCache`, or a cache that the application has already, which it then closes itself. */
export type TiercacheOptions = CacheOptions | { readonly cache: Cache }

/** What has to be known before there are options. */
export interface TiercacheModuleExtras {
  /** Whether every module can inject the cache without importing this one. Default `true`. */
  readonly isGlobal?: boolean
  /** Namespaces to inject, by name, with their defaults: `@InjectCache('jobs')`. */
  readonly namespaces?: Readonly<Record<string, LifeOptions>>
  /** Routes of the cache itself. */
  readonly endpoints?: {
    /** The path at which `GET` tells whether the cache works. */
    readonly health?: string | ({ readonly path: string } & HealthOptions<object>)
    /** The path at which `GET` gives counts, and response times with `timing`. */
    readonly stats?: string
    /** The path at which `POST` clears, for whom `authorize` lets. */
    readonly admin?: { readonly path: string } & AdminOptions<object>
  }
  /** Measures response times with and without a hit, by route. Default: off. */
  readonly timing?: TimingOptions | true
}

/** Options that come from elsewhere. */
export interface TiercacheAsyncOptions extends TiercacheModuleExtras, Pick<ModuleMetadata, 'imports'> {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[]
  readonly useFactory: (...args: never[]) => TiercacheOptions | Promise<TiercacheOptions>
}

/**
 * One cache for the application: `@Module({ imports: [TiercacheModule.forRoot({ redis: process.env.REDIS_URL })] })`. It provides the cache
 * (`TIERCACHE`), its namespaces and a drop-in for cache-manager (`CACHE_MANAGER`), and closes the cache when the application has closed.
 */
export class TiercacheModule {
  /** Throws `CacheError` at once for options that are not valid. */
  static forRoot(options: TiercacheOptions & TiercacheModuleExtras = {}): DynamicModule {
    const { isGlobal, namespaces, endpoints, timing, ...own } = options as CacheOptions &
      TiercacheModuleExtras
    if (!('cache' in own)) void createCache({ ...own, redis: false })
    return assemble({ isGlobal, namespaces, endpoints, timing } as TiercacheModuleExtras, {
      provide: OWN_CACHE,
      useFactory: () => held(own),
    })
  }

  /** The same with options that are injected: `forRootAsync({ inject: [ConfigService], useFactory: config => ({ redis: … }) })`. */
  static forRootAsync(options: TiercacheAsyncOptions): DynamicModule {
    const { imports = [], inject = [], useFactory } = options
    const provider: Provider = {
      provide: OWN_CACHE,
      inject,
      useFactory: async (...args: never[]) => held(await useFactory(...args)),
    }
    return { ...assemble(options, provider), imports }
  }
}

Module({})(TiercacheModule)

function held(options: TiercacheOptions): HeldCache {
  if ('cache' in options) return { cache: options.cache, own: false }
  return { cache: createCache(options), own: true }
}

function assemble(extras: TiercacheModuleExtras, provider: Provider): DynamicModule {
  const { isGlobal = true, namespaces = {}, timing } = extras
  const shared: Provider[] = [
    { provide: TIERCACHE, inject: [OWN_CACHE], useFactory: ({ cache }: HeldCache) => cache },
    { provide: CACHE_MANAGER, inject: [TIERCACHE], useFactory: cacheManager },
    ...Object.entries(namespaces).map(([name, defaults]) => ({
      provide: namespaceToken(name),
      inject: [TIERCACHE],
      useFactory: (cache: Cache) => cache.namespace(name, defaults),
    })),
  ]
  const times = timing === undefined ? undefined : responseTimes(timing === true ? {} : timing)
  return {
    module: TiercacheModule,
    global: isGlobal,
    providers: [
      provider,
      ...shared,
      Shutdown,
      ...(times === undefined
        ? []
        : [
            { provide: CACHE_TIMES, useValue: times },
            { provide: APP_INTERCEPTOR, useValue: new TimingInterceptor(times) },
          ]),
    ],
    controllers: controllersOf(extras, times),
    exports: [
      ...shared.map(one => (one as { provide: InjectionToken }).provide),
      ...(times === undefined ? [] : [CACHE_TIMES]),
    ],
  }
}

function controllersOf(
  { endpoints = {} }: TiercacheModuleExtras,
  timing: ReturnType<typeof responseTimes> | undefined,
): Type[] {
  const { health, stats, admin } = endpoints
  const controllers: Type[] = []
  if (health !== undefined) {
    const { path, ...options } = typeof health === 'string' ? { path: health } : health
    controllers.push(endpointController(path, cache => healthEndpoint(cache, options)))
  }
  if (stats !== undefined)
    controllers.push(endpointController(stats, cache => statsEndpoint(cache, timing && { timing })))
  if (admin !== undefined) {
    const { path, ...options } = admin
    controllers.push(endpointController(path, cache => adminEndpoint(cache, options)))
  }
  return controllers
}
