import { randomBytes } from 'node:crypto'
import { Cache } from './cache.ts'
import { type Clock, systemClock, systemRandom } from './clock.ts'
import type { Codec } from './codec/codec.ts'
import type { CompressionOptions } from './codec/compression.ts'
import type { Encryption } from './codec/encryption.ts'
import { msgpack } from './codec/msgpack.ts'
import { createValueCodec } from './codec/value-codec.ts'
import { parseMessage } from './coherence/message.ts'
import { Partition, type PartitionListener } from './coherence/partition.ts'
import { soloLog } from './coherence/solo.ts'
import type { DriverOptions, StoreDriver } from './driver.ts'
import { type ByteSize, type Duration, parseBytes, parseDuration } from './duration.ts'
import { Engine } from './engine.ts'
import { Events } from './events.ts'
import { EnvRedis } from './from-env.ts'
import { printKey } from './key.ts'
import { Local } from './local.ts'
import { type LogSink, logTo } from './log.ts'
import { LruTier, type MemoryTier, NO_MEMORY } from './memory/lru.ts'
import { createPolicies, type TypeOptions } from './policies.ts'
import {
  DEFAULT_POLICY,
  type LifeOptions,
  type LoadTimeouts,
  optionError,
  resolvePolicy,
  unknownOption,
  whole,
} from './policy.ts'
import type { RedisTarget } from './redis/connect.ts'
import { RedisStore } from './redis/store.ts'
import { Remote } from './remote.ts'
import { Root } from './root.ts'
import type { Store, StoreListener } from './store.ts'
import { Writer } from './writer.ts'

/** Limits of the tier in memory. */
export interface MemoryOptions {
  /** Default 10 000. */
  readonly maxEntries?: number
  /** Estimated from the values. Default `'64mb'`. */
  readonly maxBytes?: ByteSize
  /** What goes first when a limit is reached: the least recently used. */
  readonly eviction?: 'lru'
}

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
  /** The largest value that Redis is given, encoded. Default `'8mb'`. */
  readonly maxValueBytes?: ByteSize
  /** Takes a line per hit, miss and invalidation. Default: no log. */
  readonly log?: LogSink
  /** Time, for tests. */
  readonly clock?: Clock
  /** Chance, for tests: numbers from 0 up to 1. */
  readonly random?: () => number
}

const OPTIONS = [
  'namespace',
  'redis',
  'memory',
  'types',
  'ttl',
  'jitter',
  'grace',
  'swr',
  'refreshAhead',
  'negativeTtl',
  'timeouts',
  'maxStaleness',
  'breaker',
  'connections',
  'codec',
  'compression',
  'encryption',
  'maxValueBytes',
  'log',
  'clock',
  'random',
]
/** How long the keys of past invalidations are remembered: longer than anything older can still be on its way. */
const KEEP_KEYS_MS = 30_000
const MAX_HEARTBEAT_MS = 500

/** Makes a cache. Throws `CacheError` at once for an option that cannot be; a Redis that is away is no error. */
export function createCache(options: CacheOptions = {}): Cache {
  checkNames(options, OPTIONS, '')
  const clock = options.clock ?? systemClock
  const random = options.random ?? systemRandom
  const { redis: redisTimeout, connect: connectTimeout, ...timeouts } = options.timeouts ?? {}
  checkNames(options.timeouts, ['redis', 'connect', 'soft', 'hard'], 'timeouts')
  const policies = createPolicies(
    resolvePolicy({ ...options, timeouts } as LifeOptions<never>, DEFAULT_POLICY),
    options.types,
  )
  const maxStalenessMs = parseDuration(options.maxStaleness ?? '2s', 'maxStaleness')
  const deadlineMs = parseDuration(redisTimeout ?? '150ms', 'timeouts.redis')
  const connectMs = parseDuration(connectTimeout ?? '2s', 'timeouts.connect')
  const events = new Events()
  if (options.log !== undefined) logTo(events, clock, options.log)
  const memory = createMemory(options.memory, events)
  const token = (): string => randomBytes(6).toString('base64url')

  const { listener, follow, connected } = wire(events)
  const store = openStore(
    options,
    { namespace: namespaceOf(options), deadlineMs, clock, listener },
    connectMs,
    random,
  )
  const codec = createValueCodec({
    codec: options.codec ?? msgpack(),
    compression: options.compression && {
      ...options.compression,
      above: parseBytes(options.compression.above, 'compression.above'),
    },
    encryption: options.encryption,
    maxBytes: parseBytes(options.maxValueBytes ?? '8mb', 'maxValueBytes'),
  })
  const remote = store && new Remote(store, codec, clock, events, token)
  const heartbeatMs = store && Math.min(MAX_HEARTBEAT_MS, Math.ceil(maxStalenessMs / 4))
  const origin = token()
  const partitionListener: PartitionListener = {
    onKeys(ids, seq, soft, own) {
      for (const id of ids) {
        local.drop(id, seq, soft)
        // This instance detached its flights when it called; those since began after the call.
        if (!own || seq === Number.POSITIVE_INFINITY) engine.flights.detach(id, seq)
        remote?.wake(id)
      }
    },
    onReset(partition) {
      local.reset(partition)
      engine.flights.detachAll(partition)
    },
    onRemote(targets) {
      root.received++
      if (events.wants('invalidate'))
        events.emit('invalidate', { ...targets, remote: true, status: 'committed', ms: 0 })
    },
    onTrust: (coherent, reason) =>
      events.emit('coherence', {
        state: coherent ? 'coherent' : 'degraded',
        ...(reason !== '' && { reason }),
      }),
    onReplayed: count => events.emit('replayed', { count }),
    onError: (operation, error) => events.emit('error', { operation, error }),
  }
  const partitions = Array.from(
    { length: store?.partitions ?? 1 },
    (_, index) =>
      new Partition({
        index,
        store: store ?? soloLog(),
        clock,
        random: token,
        origin,
        listener: partitionListener,
        maxStalenessMs,
        heartbeatMs,
        keepMs: KEEP_KEYS_MS,
      }),
  )
  const local = new Local(memory, partitions, clock, maxStalenessMs)
  const engine = new Engine({ local, remote, events, clock, random })
  follow(partitions, remote)
  for (const partition of partitions) void partition.start()
  const ready = store === undefined ? Promise.resolve() : whenReady(partitions, connected, connectMs, clock)
  const root = new Root(engine, new Writer(engine), store, ready)
  return new Cache(root, '', '', policies)
}

/** The store speaks before the partitions exist: what it says reaches them from `follow` on. */
function wire(events: Events): {
  listener: StoreListener
  follow: (partitions: readonly Partition[], remote: Remote | undefined) => void
  connected: Promise<void>
} {
  let partitions: readonly Partition[] = []
  let remote: Remote | undefined
  const known = Promise.withResolvers<void>()
  const listener: StoreListener = {
    onMessage(index, text) {
      const message = parseMessage(text)
      if (message?.type === 'wake') remote?.wake(message.id)
      else if (message !== undefined) partitions[index]?.receive(message)
    },
    onConnection(up) {
      known.resolve()
      events.emit('connection', { up })
      if (up) for (const partition of partitions) partition.syncSoon()
    },
    onSubscribed() {
      for (const partition of partitions) partition.syncSoon()
    },
    onBreaker: state => events.emit('breaker', { state }),
    onError: error => events.emit('error', { operation: 'connection', error }),
  }
  const follow = (all: readonly Partition[], tier: Remote | undefined): void => {
    partitions = all
    remote = tier
  }
  return { listener, follow, connected: known.promise }
}

function openStore(
  options: CacheOptions,
  driver: DriverOptions,
  connectMs: number,
  random: () => number,
): Store | undefined {
  const { redis, breaker = {}, connections } = options
  const target = redis instanceof EnvRedis ? redis.target : redis
  checkNames(breaker, ['errorThreshold', 'volume', 'resetAfter'], 'breaker')
  if (target === undefined || target === false) return undefined
  if (isDriver(target)) return target.openStore(driver)
  const errorThreshold = breaker.errorThreshold ?? 0.5
  if (typeof errorThreshold !== 'number' || !(errorThreshold > 0 && errorThreshold <= 1)) {
    throw optionError('breaker.errorThreshold', errorThreshold, 'must be a number above 0, up to 1')
  }
  return new RedisStore({
    ...driver,
    target,
    connections: whole(connections, 1, 'connections', 1, 64),
    partitions: undefined,
    connectMs,
    random,
    breaker: {
      errorThreshold,
      volume: whole(breaker.volume, 10, 'breaker.volume', 1, 1_000_000),
      resetAfterMs: parseDuration(breaker.resetAfter ?? '1s', 'breaker.resetAfter'),
    },
  })
}

function isDriver(target: RedisTarget | StoreDriver): target is StoreDriver {
  return typeof target === 'object' && 'openStore' in target && typeof target.openStore === 'function'
}

function createMemory(options: MemoryOptions | false | undefined, events: Events): MemoryTier {
  if (options === false) return NO_MEMORY
  const { maxEntries, maxBytes, eviction = 'lru', ...rest } = options ?? {}
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw unknownOption(`memory.${unknown}`, ['maxEntries', 'maxBytes', 'eviction'])
  if (eviction !== 'lru') throw optionError('memory.eviction', eviction, "must be 'lru'")
  return new LruTier({
    maxEntries: whole(maxEntries, 10_000, 'memory.maxEntries', 1, 100_000_000),
    maxBytes: parseBytes(maxBytes ?? '64mb', 'memory.maxBytes'),
    onEvict: key => {
      if (events.wants('evict')) events.emit('evict', { key })
    },
  })
}

async function whenReady(
  partitions: readonly Partition[],
  connected: Promise<void>,
  connectMs: number,
  clock: Clock,
): Promise<void> {
  const late = Promise.withResolvers<void>()
  const cancel = clock.after(connectMs, () => late.resolve())
  await Promise.race([connected, late.promise])
  cancel()
  await Promise.all(partitions.map(partition => partition.ensureTrust(clock.now())))
}

function namespaceOf({ namespace, redis }: CacheOptions): string {
  const name = namespace ?? (redis instanceof EnvRedis ? redis.namespace : undefined) ?? 'tiercache'
  if (typeof name !== 'string' || name === '' || name.length > 128) {
    throw optionError('namespace', name, 'must be a string of 1 to 128 characters')
  }
  return printKey([name])
}

function checkNames(options: object | undefined, known: readonly string[], path: string): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null)
    throw optionError(path || 'options', options, 'must be an object')
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownOption(path === '' ? name : `${path}.${name}`, known)
  }
}
