import { Cluster, type ClusterNode, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import { CacheError } from '../errors.ts'

/** A client of ioredis: one server, or a Cluster. */
export type Client = Redis | Cluster

/** Replies keep the shape that is the same in both protocols. */
type Settings = Omit<RedisOptions, 'replyMapping'>

/** Options of ioredis, and a URL they refine. */
export interface RedisServerOptions extends Settings {
  /** `redis://` or `rediss://`, with user and password if need be. */
  readonly url?: string
}

/** Servers of a Redis Cluster, and options of ioredis for it. */
export interface RedisClusterTarget {
  readonly cluster: readonly ClusterNode[]
  readonly options?: ClusterOptions
}

/** Where Redis is: a URL, options of ioredis (with `sentinels` for Sentinel), a Cluster, or a client that exists already. */
export type RedisTarget = string | RedisServerOptions | RedisClusterTarget | Client

/** The connections a store needs. */
export interface Connections {
  readonly commands: readonly Client[]
  readonly subscriber: Client
  readonly isCluster: boolean
  /** Whether `commands` are ours to close. */
  readonly owned: boolean
}

const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 500
/** How long a connection that is being closed may wait for the other side. */
const DISCONNECT_MS = 200

/** Opens the connections. A server that is away is no error. */
export function connect(
  target: RedisTarget,
  count: number,
  connectMs: number,
  random: () => number,
): Connections {
  const settings = ownSettings(connectMs, random)
  if (isClient(target)) return useClient(target, settings)
  if (typeof target === 'object' && 'cluster' in target) {
    const open = (): Cluster =>
      new Cluster([...target.cluster], {
        clusterRetryStrategy: retryAfter(random),
        slotsRefreshTimeout: connectMs,
        ...target.options,
        enableOfflineQueue: false,
        // What was on a connection that closed may still arrive: sent again, it would be carried out twice.
        retryDelayOnFailover: 0,
        redisOptions: {
          ...settings,
          ...target.options?.redisOptions,
          autoResendUnfulfilledCommands: false,
        } as Settings,
      })
    return { commands: [open()], subscriber: open(), isCluster: true, owned: true }
  }
  const { url, ...options } = typeof target === 'string' ? { url: target } : target
  const all: Settings = {
    ...settings,
    // Asks for INFO, which a user may not be allowed. With Sentinel it tells a primary from a replica.
    enableReadyCheck: options.sentinels !== undefined,
    ...options,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    lazyConnect: false,
  }
  const open = (): Redis => (url === undefined ? new Redis(all) : new Redis(url, all))
  return { commands: Array.from({ length: count }, open), subscriber: open(), isCluster: false, owned: true }
}

function useClient(client: Client, settings: Settings): Connections {
  const isCluster = client instanceof Cluster || (client as { isCluster?: boolean }).isCluster === true
  const prefix = isCluster
    ? (client.options as ClusterOptions).keyPrefix
    : (client.options as RedisOptions).keyPrefix
  if (prefix)
    throw redisOption(
      'redis',
      'has a keyPrefix, which is not supported: keys and channels must agree. Use namespace instead',
    )
  // Only the subscription needs a connection of its own. The commands go through the client as its owner set it up.
  const subscriber = isCluster ? (client as Cluster).duplicate() : (client as Redis).duplicate(settings)
  return { commands: [client], subscriber, isCluster, owned: false }
}

/**
 * Settings that a cache needs: commands are never queued or sent twice behind its back (a delayed write would bring a
 * deleted value back), and it reconnects for ever, at growing intervals.
 */
function ownSettings(connectMs: number, random: () => number): Settings {
  return {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false, // it is not awaited by anyone; subscriber.ts subscribes on every connection
    connectTimeout: connectMs,
    disconnectTimeout: DISCONNECT_MS,
    // How long ioredis waits before it looks again at a server that loads its data; nothing ends that wait.
    maxLoadingRetryTime: LAST_RETRY_MS,
    keepAlive: 10_000,
    noDelay: true,
    retryStrategy: retryAfter(random),
  }
}

function retryAfter(random: () => number): (times: number) => number {
  return times =>
    Math.round(Math.min(FIRST_RETRY_MS * 2 ** Math.min(times - 1, 10), LAST_RETRY_MS) * (0.75 + random() / 2))
}

function isClient(target: RedisTarget): target is Client {
  if (target instanceof Redis || target instanceof Cluster) return true
  // Another copy of ioredis in the same process.
  return (
    typeof target === 'object' && typeof (target as { defineCommand?: unknown }).defineCommand === 'function'
  )
}

/** Throws `CacheError` `E_OPTION` for what cannot say where Redis is, without showing any of it. */
export function checkTarget(target: RedisTarget): void {
  if (typeof target === 'string') return checkUrl(target, 'redis')
  if (typeof target !== 'object' || target === null) {
    throw redisOption('redis', 'must be a URL, options of ioredis, { cluster: [...] }, or a client')
  }
  if (isClient(target)) return
  if ('cluster' in target) {
    if (!Array.isArray(target.cluster) || target.cluster.length === 0) {
      throw redisOption('redis.cluster', 'must list at least one node, such as { host, port }')
    }
    return
  }
  if (target.url !== undefined) checkUrl(target.url, 'redis.url')
  if (target.keyPrefix) throw redisOption('redis.keyPrefix', 'is not supported. Use namespace instead')
}

/** Nothing of an address is shown: where it is malformed, its password may be anywhere in it. */
function checkUrl(url: unknown, path: string): void {
  if (typeof url !== 'string' || !URL.canParse(url)) {
    throw redisOption(
      path,
      'is not a URL. It looks like redis://user:password@host:6379/0, or rediss:// for TLS; special characters of a password are percent-encoded',
    )
  }
  const { protocol } = new URL(url)
  if (protocol === 'http:' || protocol === 'https:') {
    throw redisOption(
      path,
      'is an HTTP address, perhaps of a REST API. Give the address of the Redis protocol: redis:// or rediss:// (Upstash shows it as UPSTASH_REDIS_URL)',
    )
  }
  if (protocol !== 'redis:' && protocol !== 'rediss:')
    throw redisOption(path, 'must begin with redis:// or rediss://')
}

function redisOption(path: string, must: string): CacheError {
  return new CacheError('E_OPTION', `${path} ${must}.`, { path })
}
