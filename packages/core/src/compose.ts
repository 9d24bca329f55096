import type { Cache } from './cache.ts'
import { checkNames, optionError } from './checks.ts'
import type { Key } from './key.ts'
import type { LoadContext } from './load-context.ts'
import { type CallOptions, LIFE_OPTIONS, type LifeOptions } from './policy.ts'
import { versioned } from './wrap.ts'
import type { Invalidation } from './writer.ts'

/** One part of a composed value: loaded, kept and invalidated by itself. Name the type of the identity where a part uses it. */
export interface PartOptions extends LifeOptions<never> {
  /** Loads the part; its error rejects the whole, unless there is a `fallback`. */
  readonly load: (id: never, context: LoadContext) => unknown
  /** What the part depends on of the identity: wholes with the same key share it. Default: the identity itself. */
  readonly key?: (id: never) => Key
  /** What it depends on besides. */
  readonly tags?: (id: never) => readonly string[]
  /** Stands in for a part that cannot be loaded. It is not stored. */
  readonly fallback?: unknown
}

/** What identifies a whole: all that its parts ask for. */
export type IdentityOf<S> =
  {
    readonly [N in keyof S]: S[N] extends { readonly load: (...args: infer A) => unknown }
      ? A extends readonly [infer I, ...unknown[]]
        ? Asks<I>
        : Asks<unknown>
      : never
  }[keyof S] extends Asks<infer I>
    ? I
    : never

type Asks<I> = (id: I) => void

/** The values of parts, by name. */
export type ValuesOf<S> = {
  readonly [N in keyof S]: S[N] extends {
    readonly load: (...args: never) => infer V
    readonly fallback: infer F
  }
    ? Awaited<V> | F
    : S[N] extends { readonly load: (...args: never) => infer V }
      ? Awaited<V>
      : never
}

/** How a value is composed of parts. */
export interface ComposeOptions<S, R> {
  /** Names the kind in keys: nothing else in a cache has it. */
  readonly name: string
  /** Changing it orphans what was cached before. */
  readonly version?: string | number
  readonly parts: S
  /** Makes the whole of its parts, at each read. Default: the parts by name. */
  readonly assemble?: (parts: ValuesOf<S>, id: IdentityOf<S>) => R
}

/** A whole with its circumstances. */
export interface Composition<P, R> {
  readonly value: R
  /** The parts that were loaded for this read. */
  readonly loaded: readonly (keyof P & string)[]
  /** The parts that are stale, or replaced by their fallback. */
  readonly stale: readonly (keyof P & string)[]
  /** Time until the first part is stale, in ms. */
  readonly ttlMs: number
  /** The tags of all parts. */
  readonly tags: readonly string[]
}

/** Values made of parts that change by themselves. Made by `cache.compose`. */
export class Composed<I, P, R> {
  readonly #cache: Cache
  readonly #assemble: ((parts: P, id: I) => R) | undefined
  readonly #parts: readonly (readonly [keyof P & string, Part<I>])[]

  /** Use `cache.compose`. */
  constructor(cache: Cache, options: AnyComposeOptions) {
    checkNames(options, ['name', 'version', 'parts', 'assemble'], '')
    const { name, version, parts } = options
    if (typeof name !== 'string' || name === '')
      throw optionError('name', name, 'must be a string that nothing else has')
    checkParts(parts)
    this.#cache = cache.namespace(versioned(name, version))
    this.#assemble = options.assemble as ((parts: P, id: I) => R) | undefined
    this.#parts = Object.entries(parts) as unknown as [keyof P & string, Part<I>][]
  }

  /** The whole of this identity: each part from the cache, or loaded by itself, all at the same time. Rejects with what a part's loader threw. */
  async get(id: I): Promise<R> {
    return (await this.getEntry(id)).value
  }

  /** As `get`, and which parts were loaded for it. */
  async getEntry(id: I): Promise<Composition<P, R>> {
    const read = await Promise.all(this.#parts.map(([name, part]) => this.#read(name, part, id)))
    const parts = Object.fromEntries(read.map(({ name, value }) => [name, value])) as P
    const named = (choose: (part: ReadPart) => boolean): (keyof P & string)[] =>
      read.filter(choose).map(({ name }) => name as keyof P & string)
    return {
      value: this.#assemble === undefined ? (parts as unknown as R) : this.#assemble(parts, id),
      loaded: named(({ loaded }) => loaded),
      stale: named(({ stale }) => stale),
      ttlMs: Math.min(...read.map(({ ttlMs }) => ttlMs)),
      tags: [...new Set(read.flatMap(({ tags }) => tags))],
    }
  }

  /** Deletes parts of this identity, those named or all: each is loaded anew with the next read, also of the wholes that share it. */
  invalidate(id: I, ...names: readonly (keyof P & string)[]): Promise<Invalidation> {
    for (const name of names)
      if (!this.#parts.some(([known]) => known === name))
        throw optionError('names', name, `must be a part: ${this.#parts.map(([known]) => known).join(', ')}`)
    const wanted = this.#parts.filter(([name]) => names.length === 0 || names.includes(name))
    return this.#cache.deleteMany(wanted.map(([name, part]) => keyOf(name, part, id)))
  }

  async #read(name: string, part: Part<I>, id: I): Promise<ReadPart> {
    const { load, key: _key, tags, fallback, ...life } = part
    const options: CallOptions<unknown> = { ...life, ...(tags !== undefined && { tags: tags(id) }) }
    try {
      const entry = await this.#cache.getOrSetEntry(
        keyOf(name, part, id),
        context => load(id, context),
        options,
      )
      if (entry === undefined)
        return { name, value: undefined, loaded: true, stale: false, ttlMs: 0, tags: [] }
      const { value, tier, stale, ttlMs } = entry
      return { name, value, loaded: tier === 'load', stale, ttlMs, tags: entry.tags }
    } catch (error) {
      if (!('fallback' in part)) throw error
      return { name, value: fallback, loaded: false, stale: true, ttlMs: 0, tags: [] }
    }
  }
}

/** The options whatever their parts: `compose` has checked the types. */
type AnyComposeOptions = Omit<ComposeOptions<object, unknown>, 'assemble'> & {
  readonly assemble?: (parts: never, id: never) => unknown
}

/** A part as it is used: what asks for the identity gets it. */
interface Part<I> extends LifeOptions {
  readonly load: (id: I, context: LoadContext) => unknown
  readonly key?: (id: I) => Key
  readonly tags?: (id: I) => readonly string[]
  readonly fallback?: unknown
}

/** A part as one read had it. */
interface ReadPart {
  readonly name: string
  readonly value: unknown
  readonly loaded: boolean
  readonly stale: boolean
  readonly ttlMs: number
  readonly tags: readonly string[]
}

function keyOf<I>(name: string, { key }: Part<I>, id: I): Key {
  const own = key === undefined ? [id as string | number] : key(id)
  return [name, ...(typeof own === 'string' ? [own] : own)]
}

function checkParts(parts: unknown): void {
  checkNames(parts as object, Object.keys((parts ?? {}) as object), 'parts')
  const named = Object.entries((parts ?? {}) as Record<string, Partial<Part<never>>>)
  if (named.length === 0) throw optionError('parts', parts, 'must have a part')
  for (const [name, part] of named) {
    checkNames(part, PART_OPTIONS, `parts.${name}`)
    if (typeof part?.load !== 'function')
      throw optionError(`parts.${name}.load`, part?.load, 'must be a function')
  }
}

const PART_OPTIONS = ['load', 'key', 'tags', 'fallback', ...LIFE_OPTIONS]
