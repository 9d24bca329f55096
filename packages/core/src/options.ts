import { checkNames, optionError, whole } from './checks.ts'
import { type Clock, systemClock, systemRandom } from './clock.ts'
import type { Codec } from './codec/codec.ts'
import type { CompressionOptions } from './codec/compression.ts'
import type { Encryption } from './codec/encryption.ts'
import type { Integrity } from './codec/integrity.ts'
import { msgpack } from './codec/msgpack.ts'
import { createValueCodec, type ValueCodec } from './codec/value-codec.ts'
import type { StoreDriver } from './driver.ts'
import { type ByteSize, type Duration, parseBytes, parseDuration } from './duration.ts'
import { EnvRedis } from './from-env.ts'
import { printKey } from './key.ts'
import type { LogSink } from './log.ts'
import { type MemoryOptions, memorySettings, type MemorySettings } from './memory-options.ts'
import { createPolicies, type Policies, type TypeOptions } from './policies.ts'
import { DEFAULT_POLICY, LIFE_OPTIONS, type LifeOptions, type LoadTimeouts, resolvePolicy } from './policy.ts'
import { checkTarget, type RedisTarget } from './redis/connect.ts'
import type { BreakerOptions } from './redis/guard.ts'

/** When the circuit around Redis opens. */
export interface BreakerSettings {
  /** Share of failures from which it opens. Default 0.5. */
  readonly errorThreshold?: number
  /** Operations below which it never opens. Default 10. */
  readonly volume?: number
  /** Time until it lets one operation try again. Default `'1s'`. */
  readonly resetAfter?: Duration
}

/** What `createCache` takes. Everything has a default; without `redis` the cache works in this process only. */
export interface CacheOptions extends LifeOptions {
  /** Isolates keys, channel and metrics of caches that share a Redis. Default `'tiercache'`. */
  readonly namespace?: string
  /** Where Redis is: a URL, options of ioredis, `{ cluster: [...] }`, a client, `fromEnv()`. `undefined` or `false`: this process only. */
  readonly redis?: RedisTarget | EnvRedis | StoreDriver | false | undefined
  /** `false`: no tier in memory, every read goes to Redis. */
  readonly memory?: MemoryOptions | false
  /** Defaults by the first segment of a key, or by a pattern with `*`. */
  readonly types?: TypeOptions
  /** `redis`: how long an operation in Redis may take, default `'150ms'`. `connect`: a connection, default `'2s'`. For `soft` and `hard` see `LoadTimeouts`. */
  readonly timeouts?: LoadTimeouts & { readonly redis?: Duration; readonly connect?: Duration }
  /** Δ: after this long no instance serves a value as fresh that another had invalidated. Default `'2s'`. */
  readonly maxStaleness?: Duration
  readonly breaker?: BreakerSettings
  /** Connections for commands, where one is not enough. Default 1. */
  readonly connections?: number
  /** How values become bytes. Default `msgpack()`. */
  readonly codec?: Codec
  /** Compress values larger than `above`. Default: off. */
  readonly compression?: { readonly above: ByteSize; readonly algorithm: CompressionOptions['algorithm'] }
  /** Encrypt values in Redis: `encryption({ keys, current })`. Default: off. */
  readonly encryption?: Encryption | undefined
  /** Refuse values that nobody with a key wrote: `integrity({ keys, current })`. Part of `encryption`, so only without it. Default: off. */
  readonly integrity?: Integrity | undefined
  /** The largest value that Redis is given, encoded. Default `'8mb'`. */
  readonly maxValueBytes?: ByteSize
  /** Takes a line per hit, miss and invalidation. Default: no log. */
  readonly log?: LogSink
  /** Time, for tests. */
  readonly clock?: Clock
  /** Chance, for tests: numbers from 0 up to 1. */
  readonly random?: () => number
}

/** Options of a cache, all valid, in ms and bytes. */
export interface Settings {
  readonly namespace: string
  readonly target: RedisTarget | StoreDriver | undefined
  readonly memory: MemorySettings | undefined
  readonly policies: Policies
  readonly deadlineMs: number
  readonly connectMs: number
  readonly maxStalenessMs: number
  readonly breaker: BreakerOptions
  readonly connections: number
  readonly codec: ValueCodec
  readonly log: LogSink | undefined
  readonly clock: Clock
  readonly random: () => number
}

const OPTIONS = [
  'namespace',
  'redis',
  'memory',
  'types',
  ...LIFE_OPTIONS,
  'maxStaleness',
  'breaker',
  'connections',
  'codec',
  'compression',
  'encryption',
  'integrity',
  'maxValueBytes',
  'log',
  'clock',
  'random',
]

/** Checks every option, used or not, so that a development without Redis shows what production would. Throws `CacheError`. */
export function resolveOptions(options: CacheOptions): Settings {
  checkNames(options, OPTIONS, '')
  checkNames(options.timeouts, ['redis', 'connect', 'soft', 'hard'], 'timeouts')
  const { redis: redisTimeout, connect: connectTimeout, ...timeouts } = options.timeouts ?? {}
  const life = { ...options, timeouts } as LifeOptions<never>
  return {
    namespace: namespaceOf(options),
    target: targetOf(options.redis),
    memory: memorySettings(options.memory),
    policies: createPolicies(resolvePolicy(life, DEFAULT_POLICY), options.types),
    deadlineMs: parseDuration(redisTimeout ?? '150ms', 'timeouts.redis'),
    connectMs: parseDuration(connectTimeout ?? '2s', 'timeouts.connect'),
    maxStalenessMs: parseDuration(options.maxStaleness ?? '2s', 'maxStaleness'),
    breaker: breakerOf(options.breaker),
    connections: whole(options.connections, 1, 'connections', 1, 64),
    codec: codecOf(options),
    log: functionOr(options.log, undefined, 'log'),
    clock: options.clock ?? systemClock,
    random: functionOr(options.random, systemRandom, 'random'),
  }
}

function namespaceOf({ namespace, redis }: CacheOptions): string {
  const name = namespace ?? (redis instanceof EnvRedis ? redis.namespace : undefined) ?? 'tiercache'
  if (typeof name !== 'string' || name === '' || name.length > 128) {
    throw optionError('namespace', name, 'must be a string of 1 to 128 characters')
  }
  return printKey([name])
}

function targetOf(redis: CacheOptions['redis']): RedisTarget | StoreDriver | undefined {
  const target = redis instanceof EnvRedis ? redis.target : redis
  if (target === undefined || target === false) return undefined
  if (!isDriver(target)) checkTarget(target)
  return target
}

/** Whether a target brings its own store. */
export function isDriver(target: RedisTarget | StoreDriver): target is StoreDriver {
  return (
    typeof target === 'object' &&
    target !== null &&
    'openStore' in target &&
    typeof target.openStore === 'function'
  )
}

function breakerOf(breaker: BreakerSettings | undefined): BreakerOptions {
  checkNames(breaker, ['errorThreshold', 'volume', 'resetAfter'], 'breaker')
  const { errorThreshold = 0.5, volume, resetAfter = '1s' } = breaker ?? {}
  if (typeof errorThreshold !== 'number' || !(errorThreshold > 0 && errorThreshold <= 1)) {
    throw optionError('breaker.errorThreshold', errorThreshold, 'must be a number above 0, up to 1')
  }
  return {
    errorThreshold,
    volume: whole(volume, 10, 'breaker.volume', 1, 1_000_000),
    resetAfterMs: parseDuration(resetAfter, 'breaker.resetAfter'),
  }
}

function codecOf(options: CacheOptions): ValueCodec {
  const { codec, compression, encryption, integrity, maxValueBytes } = options
  checkNames(compression, ['above', 'algorithm'], 'compression')
  if (codec !== undefined && (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function')) {
    throw optionError(
      'codec',
      codec,
      'must be a codec, such as msgpack(), json(), or one of your own with encode and decode',
    )
  }
  return createValueCodec({
    codec: codec ?? msgpack(),
    compression: compression && { ...compression, above: parseBytes(compression.above, 'compression.above') },
    encryption,
    integrity,
    namespace: namespaceOf(options),
    maxBytes: parseBytes(maxValueBytes ?? '8mb', 'maxValueBytes'),
  })
}

function functionOr<F, D>(value: F | undefined, fallback: D, path: string): F | D {
  if (value === undefined) return fallback
  if (typeof value !== 'function') throw optionError(path, value, 'must be a function')
  return value
}
