import { CacheError } from './errors.ts'
import type { RedisTarget } from './redis/connect.ts'

/** Redis as the environment describes it: for the `redis` option. */
export class EnvRedis {
  /** `undefined`: this process only. */
  readonly target: RedisTarget | undefined
  /** The namespace that `REDIS_CACHE_KEY_PREFIX` asks for. */
  readonly namespace: string | undefined
  /** The variable the address came from. */
  readonly source: string

  constructor(target: RedisTarget | undefined, namespace: string | undefined, source: string) {
    this.target = target
    this.namespace = namespace
    this.source = source
  }
}

const URLS = ['REDIS_URL', 'REDIS_PRIVATE_URL', 'UPSTASH_REDIS_URL'] as const

/**
 * Reads where Redis is from the environment: the first of `REDIS_URL`, `REDIS_PRIVATE_URL`, `UPSTASH_REDIS_URL`; else `REDIS_HOST` with
 * `REDIS_PORT`, `REDIS_DB`, `REDIS_USERNAME`, `REDIS_PASSWORD`; else none, and the cache works in this process only.
 * `REDIS_CACHE_ENABLED=false` turns Redis off; `REDIS_CACHE_KEY_PREFIX` sets the namespace.
 *
 * Throws `CacheError` `E_OPTION` for an address that is not one of the Redis protocol, naming the variable.
 */
export function fromEnv(env: Readonly<Record<string, string | undefined>> = process.env): EnvRedis {
  const namespace = env.REDIS_CACHE_KEY_PREFIX?.replace(/:+$/, '') || undefined
  if (!isEnabled(env.REDIS_CACHE_ENABLED)) return new EnvRedis(undefined, namespace, 'REDIS_CACHE_ENABLED')
  for (const name of URLS) {
    const url = env[name]
    if (url) return new EnvRedis(checkedUrl(name, url), namespace, name)
  }
  if (env.REDIS_HOST) return new EnvRedis(hostTarget(env.REDIS_HOST, env), namespace, 'REDIS_HOST')
  if (env.UPSTASH_REDIS_REST_URL)
    throw envError(
      'UPSTASH_REDIS_REST_URL',
      'is an HTTP address. Set UPSTASH_REDIS_URL to the address that begins with rediss://',
    )
  return new EnvRedis(undefined, namespace, 'none')
}

function isEnabled(text: string | undefined): boolean {
  if (text === undefined || text === '') return true
  if (/^(true|1|yes|on)$/i.test(text)) return true
  if (/^(false|0|no|off)$/i.test(text)) return false
  throw envError('REDIS_CACHE_ENABLED', 'must be true or false')
}

function checkedUrl(name: string, url: string): string {
  if (/^https?:/i.test(url))
    throw envError(
      name,
      'is an HTTP address. Give the address of the Redis protocol, redis:// or rediss:// (Upstash: UPSTASH_REDIS_URL)',
    )
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw envError(name, 'is not an address such as redis://user:password@host:6379/0, or rediss:// for TLS')
  }
  return url
}

function hostTarget(host: string, env: Readonly<Record<string, string | undefined>>): RedisTarget {
  return {
    host,
    port: number('REDIS_PORT', env.REDIS_PORT, 6379, 1, 65_535),
    db: number('REDIS_DB', env.REDIS_DB, 0, 0, 99_999),
    ...(env.REDIS_USERNAME && { username: env.REDIS_USERNAME }),
    ...(env.REDIS_PASSWORD && { password: env.REDIS_PASSWORD }),
  }
}

function number(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined || text === '') return fallback
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw envError(name, `must be a whole number from ${min} to ${max}`)
}

function envError(name: string, must: string): CacheError {
  // The value may hold a password.
  return new CacheError('E_OPTION', `${name} ${must}.`, { path: name })
}
