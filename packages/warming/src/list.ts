import type { BulkValues, Cache, CallOptions, Key, Loader } from '@tiercache/core'
import { optionError } from '@tiercache/core/options'
import { type Item, type Many, settingsOf, type Source, type SourceOptions } from './source.ts'

/** How the keys of a list are loaded, and what is known of them. */
export interface ListOptions<K extends Key, T> extends SourceOptions {
  /** Loads one key, as the loader of `getOrSet` does. Without `load` and `loadMany` the list is only brought from Redis into memory. */
  readonly load?: (key: K, context: Parameters<Loader<T>>[0]) => T | Promise<T>
  /** Loads `batch` keys in one call, as the loader of `getOrSetMany` does. */
  readonly loadMany?: (keys: K[]) => BulkValues<K, T> | Promise<BulkValues<K, T>>
  /** How loaded values are stored: `ttl`, `tags`, … as for `getOrSet`. */
  readonly store?: Omit<CallOptions<T>, 'fresh'>
  /** The namespace of the keys. Default: the cache of the warmer. */
  readonly cache?: Cache
  /** How often a key is used, compared with the others. What is used more and takes longer is loaded first. Default: all the same. */
  readonly weight?: (key: K) => number
}

/**
 * Keys you name: an array, an async iterator, or a function that gives either each time they are warmed. The most important first.
 * Throws `CacheError` for options that cannot be.
 */
export function list<K extends Key, T = unknown>(
  keys: Many<K> | (() => Many<K> | Promise<Many<K>>),
  options: ListOptions<K, T> = {},
): Source {
  const { load, loadMany, store = {}, cache: own, weight = () => 1 } = options
  if (load !== undefined && loadMany !== undefined)
    throw optionError('list.loadMany', loadMany, 'cannot stand beside load: give one of them')
  for (const [name, fn] of Object.entries({ load, loadMany, weight }))
    if (fn !== undefined && typeof fn !== 'function')
      throw optionError(`list.${name}`, fn, 'must be a function')
  if (typeof keys !== 'function' && !isMany(keys))
    throw optionError('list.keys', keys, 'must be an array, an iterator, or a function that gives one')
  const loads = load !== undefined || loadMany !== undefined
  const batch = loadMany === undefined ? 1 : 100
  const more = ['load', 'loadMany', 'store', 'cache', 'weight']
  const keysOf = (items: readonly Item[]): K[] => items.map(({ id }) => id as K)
  const loadBatch = async (cache: Cache, wanted: K[], fresh: boolean): Promise<number> => {
    let loaded = 0
    if (loadMany !== undefined) {
      const counted = (missing: K[]): BulkValues<K, T> | Promise<BulkValues<K, T>> => {
        loaded += missing.length
        return loadMany(missing)
      }
      await cache.getOrSetMany<T, K>(wanted, counted, { ...store, fresh })
      return loaded
    }
    for (const key of wanted) {
      const loader: Loader<T> = context => {
        loaded++
        return (load as NonNullable<typeof load>)(key, context)
      }
      await cache.getOrSet(key, loader, { ...store, fresh })
    }
    return loaded
  }
  return {
    settings: settingsOf(options, more, { batch, refresh: loads }, 'list'),
    async *items({ cache }) {
      for await (const key of await (typeof keys === 'function' ? keys() : keys))
        yield { id: key, printed: (own ?? cache).printed(key), weight: weight(key) }
    },
    async hydrate({ cache }, items) {
      const missing = new Set<unknown>(await (own ?? cache).hydrate(keysOf(items)))
      return items.filter(({ id }) => missing.has(id))
    },
    load: loads ? ({ cache }, items, fresh) => loadBatch(own ?? cache, keysOf(items), fresh) : undefined,
  }
}

function isMany(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}
