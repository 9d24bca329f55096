import type { Cache } from './cache.ts'
import { CacheError, shown } from './errors.ts'
import type { Key } from './key.ts'
import type { LoadContext } from './load-context.ts'
import { checkNames } from './checks.ts'
import { type CallOptions, LIFE_OPTIONS, type LifeOptions } from './policy.ts'
import { versioned } from './wrap.ts'
import type { Invalidation } from './writer.ts'

/** The part of Standard Schema (standardschema.dev, version 1) that is used: any schema library of the field has it. */
export interface StandardSchema<T> {
  readonly '~standard': {
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>
  }
}

type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] }

/** A kind of thing that is cached: `I` identifies one, `T` is what it is. */
export interface ResourceOptions<I, T> extends LifeOptions<T> {
  /** Names the kind in keys: no two resources of a cache share one. */
  readonly name: string
  /** Changing it orphans what was cached before. */
  readonly version?: string | number
  /** The key's part for an identity. Default: the identity itself. */
  readonly key?: (id: I) => Key
  /** Loads one; `undefined` if there is none. */
  readonly load: (id: I, context: LoadContext) => T | undefined | Promise<T | undefined>
  /** Loads several in one call, in the order of their identities. Default: `load` for each. */
  readonly loadMany?: (ids: I[]) => readonly (T | undefined)[] | Promise<readonly (T | undefined)[]>
  /** What a thing depends on. */
  readonly tags?: (id: I) => readonly string[]
  /** Checks what comes from the cache: what does not pass is loaded anew. */
  readonly schema?: StandardSchema<T>
  /** Keep only these properties. */
  readonly fields?: readonly (keyof T & string)[]
  /** Keep all but these properties: passwords, secrets. */
  readonly exclude?: readonly (keyof T & string)[]
}

/** Typed access to one kind of thing. Made by `cache.resource`. */
export class Resource<I, T> {
  readonly #cache: Cache
  readonly #options: ResourceOptions<I, T>

  constructor(cache: Cache, options: ResourceOptions<I, T>) {
    checkNames(options, OPTIONS, '')
    const { name, version, load, fields, exclude } = options
    if (typeof name !== 'string' || name === '') {
      throw new CacheError(
        'E_OPTION',
        `resource: name: ${shown(name)} must be a string that no other resource has.`,
        { path: 'name', value: name },
      )
    }
    if (typeof load !== 'function')
      throw new CacheError('E_OPTION', 'resource: load must be a function.', { path: 'load', value: load })
    if (fields !== undefined && exclude !== undefined) {
      throw new CacheError('E_OPTION', 'resource: give fields or exclude, not both.', {
        path: 'exclude',
        value: exclude,
      })
    }
    this.#cache = cache.namespace(versioned(name, version), lifeOf(options))
    this.#options = options
  }

  /** The thing of this identity, loaded if need be; `undefined` if there is none. */
  async get(id: I): Promise<T | undefined> {
    const { load, schema } = this.#options
    const read = (fresh: boolean): Promise<T | undefined> =>
      this.#cache.getOrSet<T | undefined>(
        this.#key(id),
        async context => this.#picked(await load(id, context)),
        {
          ...this.#tags(id),
          ...(fresh && { fresh }),
        },
      )
    const value = await read(false)
    if (value === undefined || schema === undefined || (await passes(schema, value))) return value
    return read(true)
  }

  /** The things of these identities, in their order. */
  async getMany(ids: readonly I[]): Promise<(T | undefined)[]> {
    const { loadMany, tags, schema } = this.#options
    // Tags belong to one identity, so a kind that has them is loaded one by one.
    if (loadMany === undefined || tags !== undefined || schema !== undefined)
      return Promise.all(ids.map(id => this.get(id)))
    const keys = ids.map(id => this.#key(id))
    const byKey = new Map(keys.map((key, i) => [key, ids[i] as I]))
    return this.#cache.getOrSetMany<T>(keys, async missing => {
      const values = await loadMany(missing.map(key => byKey.get(key) as I))
      return values.map(value => this.#picked(value))
    })
  }

  /** Stores a thing. */
  set(id: I, value: T): Promise<Invalidation> {
    return this.#cache.set(this.#key(id), this.#picked(value), this.#tags(id))
  }

  /** Deletes the things of these identities from the cache. */
  invalidate(...ids: readonly I[]): Promise<Invalidation> {
    return this.#cache.deleteMany(ids.map(id => this.#key(id)))
  }

  /** Loads what is not cached yet. */
  async warm(ids: readonly I[]): Promise<void> {
    await this.getMany(ids)
  }

  /** Brings what Redis has of these identities into memory, without loading. Resolves with those that neither tier has. */
  async hydrate(ids: readonly I[]): Promise<I[]> {
    const keys = ids.map(id => this.#key(id))
    const missing = new Set(await this.#cache.hydrate(keys))
    return ids.filter((_, i) => missing.has(keys[i] as Key))
  }

  #key(id: I): Key {
    const { key } = this.#options
    if (key !== undefined) return key(id)
    return [id as string | number]
  }

  #tags(id: I): Pick<CallOptions, 'tags'> {
    const { tags } = this.#options
    return tags === undefined ? {} : { tags: tags(id) }
  }

  #picked<V extends T | undefined>(value: V): V {
    const { fields, exclude } = this.#options
    if (typeof value !== 'object' || value === null || (fields === undefined && exclude === undefined))
      return value
    const kept = Object.entries(value).filter(([name]) =>
      fields === undefined ? !exclude?.includes(name as never) : fields.includes(name as never),
    )
    return Object.fromEntries(kept) as V
  }
}

async function passes<T>(schema: StandardSchema<T>, value: unknown): Promise<boolean> {
  return (await schema['~standard'].validate(value)).issues === undefined
}

const OPTIONS = [
  'name',
  'version',
  'key',
  'load',
  'loadMany',
  'tags',
  'schema',
  'fields',
  'exclude',
  ...LIFE_OPTIONS,
]

function lifeOf(options: LifeOptions<never>): LifeOptions {
  return Object.fromEntries(
    LIFE_OPTIONS.flatMap(name => (options[name] === undefined ? [] : [[name, options[name]]])),
  )
}
