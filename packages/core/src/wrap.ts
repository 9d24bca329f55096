import type { Cache } from './cache.ts'
import { CacheError, shown } from './errors.ts'
import type { Key, KeyPart } from './key.ts'
import {
  type CallOptions,
  checkLifeOptions,
  DEFAULT_POLICY,
  type LifeOptions,
  resolvePolicy,
} from './policy.ts'
import type { Invalidation } from './writer.ts'

/** How the results of a function are cached. */
export interface WrapOptions<A extends unknown[], R> extends LifeOptions<R> {
  /** Names the function in keys: two functions must not share one. */
  readonly name: string
  /** Changing it orphans what was cached before. */
  readonly version?: string | number
  /** The key's parts behind the name, from the arguments. Default: the arguments themselves. */
  readonly key?: (...args: A) => Key
  /** What the result depends on, fixed or by the arguments. */
  readonly tags?: readonly string[] | ((...args: A) => readonly string[])
}

/** A function whose results are cached. */
export interface Wrapped<A extends unknown[], R> {
  (...args: A): Promise<R>
  /** Calls the function whatever is cached, and stores its result. */
  fresh(...args: A): Promise<R>
  /** Deletes the result for these arguments. */
  invalidate(...args: A): Promise<Invalidation>
  /** The key of these arguments. */
  key(...args: A): Key
}

/** A version as it stands in keys. */
export function versioned(name: string, version: string | number | undefined): string {
  return version === undefined ? name : `${name}@${version}`
}

/** See `Cache.wrap`. */
export function wrap<A extends unknown[], R>(
  cache: Cache,
  fn: (...args: A) => unknown,
  options: WrapOptions<A, R>,
): Wrapped<A, R> {
  const { name, version, key: keyOf, tags: tagsOf, ...life } = options
  if (typeof fn !== 'function')
    throw new CacheError('E_OPTION', `wrap: ${shown(fn)} is not a function.`, { path: 'fn', value: fn })
  if (typeof name !== 'string' || name === '') {
    throw new CacheError(
      'E_OPTION',
      `wrap: name: ${shown(name)} must be a string that no other function has.`,
      { path: 'name', value: name },
    )
  }
  checkLifeOptions(life, '')
  resolvePolicy(life as LifeOptions<never>, DEFAULT_POLICY)
  const head = versioned(name, version)
  const key = (...args: A): Key => {
    const parts = keyOf === undefined ? (args as KeyPart[]) : keyOf(...args)
    return [head, ...(typeof parts === 'string' ? [parts] : parts.map(partOf))]
  }
  const call = (args: A, fresh: boolean): Promise<R> => {
    const tags = typeof tagsOf === 'function' ? tagsOf(...args) : tagsOf
    const all: CallOptions<R> = {
      ...(life as LifeOptions<R>),
      ...(tags !== undefined && { tags }),
      ...(fresh && { fresh }),
    }
    return cache.getOrSet<R>(key(...args), () => fn(...args) as R | Promise<R>, all)
  }
  return Object.assign((...args: A) => call(args, false), {
    fresh: (...args: A) => call(args, true),
    invalidate: (...args: A) => cache.deleteMany([key(...args)]),
    key,
  })
}

/** An argument that was left out is not `null`: the function may have a default for it. No other part prints like this one. */
function partOf(part: KeyPart | undefined): KeyPart {
  return part === undefined ? { undefined: true } : part
}
