import { optionError } from '@tiercache/core/options'
import { type Item, type Many, settingsOf, type Source, type SourceOptions } from './source.ts'

/** A kind of thing that can be warmed by identity. A `Resource` of core has both of these. */
export interface WarmableModel<I> {
  /** Loads and stores those that are not cached yet. */
  readonly warm: (ids: readonly I[]) => Promise<unknown>
  /** Brings into memory what Redis has of these, and gives the others. Left out: all count as missing. */
  readonly hydrate?: (ids: readonly I[]) => Promise<readonly I[]>
}

/** A model that can tell which of its things are the newest. */
export interface RecentModel<I> extends WarmableModel<I> {
  /** The newest, first the newest of all. */
  readonly recent: (limit: number) => Many<I> | Promise<Many<I>>
}

/** A model that can tell which of its things are asked for most. */
export interface TopModel<I> extends WarmableModel<I> {
  /** The most asked for, first the most asked for of all. */
  readonly top: (limit: number) => Many<I> | Promise<Many<I>>
}

/** The newest things of a model. `limit` is how many, or the source's options. Throws `CacheError` for options that cannot be. */
export function recent<I>(model: RecentModel<I>, limit: number | SourceOptions): Source {
  return sourceOf(model, count => model.recent(count), limit, 'recent')
}

/** The things of a model that are asked for most. */
export function topOf<I>(model: TopModel<I>, limit: number | SourceOptions): Source {
  return sourceOf(model, count => model.top(count), limit, 'top')
}

function sourceOf<I>(
  model: WarmableModel<I>,
  choose: (limit: number) => Many<I> | Promise<Many<I>>,
  limit: number | SourceOptions,
  name: 'recent' | 'top',
): Source {
  const given: unknown = model
  for (const method of [name, 'warm'])
    if (typeof (given as Record<string, unknown> | null)?.[method] !== 'function')
      throw optionError(`${name}.model`, model, `must have a method ${method}`)
  const options = typeof limit === 'number' ? { limit } : limit
  const settings = settingsOf(options, [], { batch: 50, refresh: false }, name)
  const idsOf = (items: readonly Item[]): I[] => items.map(({ id }) => id as I)
  return {
    settings,
    async *items() {
      for await (const id of await choose(settings.limit)) yield { id, printed: String(id), weight: 1 }
    },
    async hydrate(_, items) {
      if (model.hydrate === undefined) return items
      const missing = new Set<unknown>(await model.hydrate(idsOf(items)))
      return items.filter(({ id }) => missing.has(id))
    },
    async load(_, items) {
      await model.warm(idsOf(items))
      return items.length
    },
  }
}
