import type { CallOptions, Loader } from '@tiercache/core'
import { optionError } from '@tiercache/core/options'
import { type TopModel, topOf } from './model.ts'
import { prefixOf } from './prefix.ts'
import { type Item, settingsOf, type Source, type SourceContext, type SourceOptions } from './source.ts'

/** How hot keys that Redis has lost are loaded. */
export interface TopOptions<T = unknown> extends SourceOptions {
  /**
   * Loads a key of the warmer's cache, not of namespaces in it; the key is as printed. `undefined`: leave it out. Without it hot keys
   * are only brought from Redis into memory.
   */
  readonly load?: (key: string, context: Parameters<Loader<T>>[0]) => T | undefined | Promise<T | undefined>
  /** How loaded values are stored: `ttl`, `tags`, … as for `getOrSet`. */
  readonly store?: Omit<CallOptions<T | undefined>, 'fresh'>
}

/** The hottest keys of all instances, by their shared snapshot. `limit` is how many, or the source's options. */
export function top(limit: number | TopOptions): Source
/** The things of a model that are asked for most, as it says itself. */
export function top<I>(model: TopModel<I>, limit: number | SourceOptions): Source
export function top<I>(first: number | TopOptions | TopModel<I>, limit?: number | SourceOptions): Source {
  if (limit !== undefined) return topOf(first as TopModel<I>, limit)
  return hottest(typeof first === 'number' ? { limit: first } : (first as TopOptions), 'top')
}

/** See `top`. `path` is what its options are called in errors. */
export function hottest<T>(options: TopOptions<T>, path: string): Source {
  const { load, store = {} } = options
  if (load !== undefined && typeof load !== 'function')
    throw optionError(`${path}.load`, load, 'must be a function')
  const settings = settingsOf(options, ['load', 'store'], { batch: 1, refresh: load !== undefined }, path)
  return {
    settings,
    async *items({ hot }) {
      for (const { key, weight } of await hot()) yield { id: key, printed: key, weight }
    },
    async hydrate({ cache }, items) {
      const missing = new Set(await cache.hydratePrinted(items.map(({ printed }) => printed)))
      return items.filter(({ printed }) => missing.has(printed))
    },
    // Memory drops what was touched longest ago first, which now is what came first: the hottest.
    async settle({ cache }, items) {
      await cache.hydratePrinted(items.map(({ printed }) => printed).toReversed())
    },
    load:
      load === undefined
        ? undefined
        : async ({ cache }, items, fresh) => {
            let loaded = 0
            for (const key of ownKeys(cache, items)) {
              const loader: Loader<T | undefined> = context => {
                loaded++
                return load(key, context)
              }
              await cache.getOrSet(key, loader, { ...store, fresh })
            }
            return loaded
          },
  }
}

/** Those that can be keys again: of this namespace itself, and neither hashed nor escaped in their first character. */
function ownKeys(cache: SourceContext['cache'], items: readonly Item[]): string[] {
  const prefix = prefixOf(cache)
  return items
    .map(({ printed }) => printed.slice(prefix.length))
    .filter(key => key !== '' && !/^[@#%]/.test(key))
}
