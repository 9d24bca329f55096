import {
  type Cache,
  type CacheEvents,
  type CacheOptions,
  createCache,
  encryption,
  integrity,
  json,
} from '@tiercache/core'
import { type FakeRedis, fakeRedis } from '@tiercache/core/testing'
import { CRC_AT } from './mutate.ts'
import { type HostileStore, hostileStore } from './hostile-store.ts'

/** A cache whose Redis somebody else writes to, and what it stored itself. */
export interface Victim extends AsyncDisposable {
  readonly name: string
  readonly cache: Cache
  readonly redis: FakeRedis
  readonly store: HostileStore
  /** Whether values are authenticated: only what the cache wrote itself may ever be read. */
  readonly protected: boolean
  /** Stored bytes that are read as they are. */
  readonly samples: readonly Buffer[]
  /** The samples of all victims that share keys. */
  readonly written: readonly Buffer[]
  readonly errors: CacheEvents['error'][]
  /** How often the circuit changed its state. */
  readonly breaker: () => number
}

/** The key that all of them read. */
export const KEY: string = 'victim'

const keys = { keys: { k: Buffer.alloc(32, 7) }, current: 'k' }
const zstd = { above: 1, algorithm: 'zstd' } as const

const CONFIGURATIONS: Readonly<Record<string, CacheOptions>> = {
  msgpack: {},
  json: { codec: json() },
  zstd: { compression: zstd },
  brotli: { compression: { above: 1, algorithm: 'brotli' } },
  gzip: { compression: { above: 1, algorithm: 'gzip' } },
  integrity: { integrity: integrity(keys) },
  'integrity, zstd': { integrity: integrity(keys), compression: zstd },
  encryption: { encryption: encryption(keys) },
}

const VALUES: readonly unknown[] = [
  null,
  'text',
  { id: 1, rows: [1, 2, { more: ['x'] }], price: 1.5, on: true },
  Array.from({ length: 20 }, (_, i) => ({ id: i, name: `row ${i}`, at: new Date(i), tags: [] })),
  { text: 'x'.repeat(300), bytes: [...Buffer.from('bytes')] },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
]
const ONLY_MSGPACK: readonly unknown[] = [
  { map: new Map([[1, new Set([2])]]), zero: -0, big: 2n ** 80n, buffer: Buffer.from('bytes') },
  [new Error('e', { cause: /x/g }), '\ud800', undefined, Number.NaN, new Float64Array([1, 2])],
]

/** One for each way to store. Their values live for an hour. */
export function victims(): Promise<Victim[]> {
  const written: Buffer[] = []
  return Promise.all(Object.entries(CONFIGURATIONS).map(([name, options]) => victim(name, options, written)))
}

async function victim(name: string, options: CacheOptions, written: Buffer[]): Promise<Victim> {
  const redis = fakeRedis()
  const store = hostileStore(redis)
  const cache = createCache({ ...options, redis: store, memory: false, ttl: '1h', jitter: 0 })
  const errors: CacheEvents['error'][] = []
  let changes = 0
  cache.on('error', event => errors.push(event))
  cache.on('breaker', () => changes++)
  await cache.ready()
  const samples: Buffer[] = []
  for (const value of name === 'json' ? VALUES : [...VALUES, ...ONLY_MSGPACK]) {
    for (const tags of [[], ['org:7', 'größe']]) {
      await cache.set(KEY, value, { tags })
      const bytes = redis.bytes(KEY)
      if (bytes !== undefined) samples.push(bytes)
    }
  }
  // What Redis writes in front of the last one, which alone is still valid.
  const head = samples.at(-1)?.subarray(0, CRC_AT)
  for (const bytes of samples) head?.copy(bytes)
  written.push(...samples)
  return {
    name,
    cache,
    redis,
    store,
    protected: 'integrity' in options || 'encryption' in options,
    samples,
    written,
    errors,
    breaker: () => changes,
    [Symbol.asyncDispose]: () => cache.close(),
  }
}
