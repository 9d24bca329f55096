import { type Answer, anyValue, freshValue, type Give } from './answer.ts'
import { getMany, getOrSetMany } from './bulk.ts'
import { noteHit } from './engine.ts'
import { flag } from './checks.ts'
import type { CacheMemory } from './cache-memory.ts'
import type { Clock } from './clock.ts'
import { type ComposeOptions, Composed, type IdentityOf, type PartOptions, type ValuesOf } from './compose.ts'
import type { Entry } from './entry.ts'
import type { Duration } from './duration.ts'
import { CacheError, shown } from './errors.ts'
import type { CacheEventType, CacheListener, Events } from './events.ts'
import { type Explanation, explain } from './explain.ts'
import type { Job } from './flight.ts'
import type { Health } from './health.ts'
import { type HotKey, hotKeys, hydrate } from './hydrate.ts'
import { KnownIds } from './known-ids.ts'
import { idOf, isPlainKey, type Key, namespacePrefix, prefixId } from './key.ts'
import type { Local } from './local.ts'
import type { LoadContext } from './load-context.ts'
import {
  type CallOptions,
  checkCallOptions,
  checkStrict,
  checkTags,
  type LifeOptions,
  NO_TAGS,
  type WriteOptions,
} from './policy.ts'
import type { Policies } from './policies.ts'
import { type ResourceOptions, Resource } from './resource.ts'
import type { Root } from './root.ts'
import { type Rule, Rules } from './rules.ts'
import type { Counters, Stats } from './stats.ts'
import type { TraceOptions, TraceRecording } from './trace.ts'
import { type Wrapped, type WrapOptions, wrap } from './wrap.ts'
import type { Invalidation } from './writer.ts'

/** Loads a value. What it throws reaches the caller as thrown; `undefined` means that there is none. */
export type Loader<T> = (context: LoadContext) => T | Promise<T>

/** A value and its circumstances. */
export interface EntryView<T = unknown> {
  readonly value: T
  /** Where it came from: `load` if it was loaded for this call. */
  readonly tier: 'memory' | 'redis' | 'load'
  /** Past its ttl or not vouched for by Redis, within its grace. */
  readonly stale: boolean
  /** Time since it was stored, in ms, as of this callback of the event loop. */
  readonly ageMs: number
  /** Time until it is stale, in ms, as of this callback; 0 if it is. */
  readonly ttlMs: number
  readonly tags: readonly string[]
}

/** Options of a call that stores a value. */
export type SetOptions<T = unknown> = Omit<CallOptions<T>, 'fresh' | 'timeouts'> & WriteOptions

/**
 * A cache, or a namespace of one. Made by `createCache` and `namespace`.
 *
 * Values are shared, not copied: treat what you get as read-only. From Redis, instances of your own classes come back as plain
 * objects. Methods that take a key reject with `CacheError` `E_KEY` for one that cannot be a key. Trouble in Redis never reaches a
 * reader: it is a miss and an `error` event.
 */
export class Cache {
  /** The name of the namespace, `/` between a namespace and its parent. */
  readonly name: string
  readonly #root: Root
  readonly #prefix: string
  readonly #known: KnownIds
  readonly #policies: Policies
  readonly #counters: Counters
  readonly #local: Local
  readonly #events: Events
  readonly #rules = new Rules()

  /** Use `createCache`. */
  constructor(root: Root, name: string, prefix: string, policies: Policies) {
    this.name = name
    this.#root = root
    this.#prefix = prefix
    this.#policies = policies
    this.#counters = root.countersOf(prefix)
    this.#local = root.engine.parts.local
    this.#known = new KnownIds(this.#local.memory.limits.maxEntries)
    this.#events = root.engine.parts.events
  }

  /** The fresh value of a key, or `undefined`. Never loads and never rejects because of Redis. */
  get<T = unknown>(key: Key): Promise<T | undefined> {
    const entry = this.#hit(key)
    if (entry !== undefined) return (entry.promise ??= Promise.resolve(entry.value)) as Promise<T>
    return this.#read(key, freshValue) as Promise<T | undefined>
  }

  /** The fresh value of a key from memory, or `undefined`; synchronous. Throws `E_KEY`. */
  getSync<T = unknown>(key: Key): T | undefined {
    return this.#hitSync(key)?.value as T | undefined
  }

  /** As `getSync`, with the value's circumstances. Throws `E_KEY`. */
  getEntrySync<T = unknown>(key: Key): EntryView<T> | undefined {
    const entry = this.#hitSync(key)
    return entry && this.#view({ entry, tier: 'memory', stale: false })
  }

  /** The value of a key with its circumstances, a stale one included, or `undefined`. */
  async getEntry<T = unknown>(key: Key): Promise<EntryView<T> | undefined> {
    const entry = this.#hit(key)
    if (entry !== undefined) return this.#view({ entry, tier: 'memory', stale: false })
    return this.#read(key, answer => answer && this.#view<T>(answer))
  }

  /** Whether `get` would find something. */
  async has(key: Key): Promise<boolean> {
    return (await this.get(key)) !== undefined
  }

  /**
   * The value of a key, loaded if need be: once for all who ask at the same time, here and in other instances. The loader's error
   * rejects, as thrown, unless a stale value may be served. Rejects with `E_TIMEOUT` after `timeouts.hard`; the load goes on behind.
   */
  getOrSet<T>(key: Key, load: Loader<T>, options?: CallOptions<T>): Promise<T> {
    if (options === undefined || options.fresh !== true) {
      const entry = this.#hit(key)
      if (entry !== undefined) return (entry.promise ??= Promise.resolve(entry.value)) as Promise<T>
    }
    return this.#load(key, load, options, anyValue) as Promise<T>
  }

  /** As `getOrSet`, with the value's circumstances; `undefined` if the loader found nothing. */
  async getOrSetEntry<T>(
    key: Key,
    load: Loader<T>,
    options?: CallOptions<T>,
  ): Promise<EntryView<T> | undefined> {
    const entry = options?.fresh === true ? undefined : this.#hit(key)
    if (entry !== undefined) return this.#view({ entry, tier: 'memory', stale: false })
    return this.#load(key, load, options, answer => answer && this.#view<T>(answer))
  }

  /** Stores a value and invalidates the one before it, on every instance. Rejects with `E_VALUE` for what cannot be stored. */
  async set<T>(key: Key, value: T, options: SetOptions<T> = {}): Promise<Invalidation> {
    return this.setMany([[key, value]], options)
  }

  /** Values in the order of the keys, `undefined` where there is none. */
  async getMany<T = unknown>(keys: readonly Key[]): Promise<(T | undefined)[]> {
    const ids = this.#ids(keys)
    return (await getMany(this.#root.engine, ids, id => this.#policies.of(id), this.#counters)) as (
      | T
      | undefined
    )[]
  }

  /** Stores several values, those of one partition in one step. */
  async setMany<T>(entries: Iterable<readonly [Key, T]>, options: SetOptions<T> = {}): Promise<Invalidation> {
    checkCallOptions(options)
    const tags = checkTags(options.tags)
    const writings = [...entries].map(([key, value]) => {
      const id = idOf(this.#prefix, key)
      return { id, value, policy: this.#policies.of(id, options as LifeOptions<never>), tags }
    })
    return this.#root.writer.set(writings, flag(options.strict, false, 'strict'), this.#counters)
  }

  /**
   * Values in the order of the keys; `loadMissing` is called once with the keys that neither tier has, and gives their values in that
   * order, or as a `Map` by key; `undefined` where there is none. Each key has the promises of `getOrSet`.
   */
  async getOrSetMany<T, K extends Key = Key>(
    keys: readonly K[],
    loadMissing: (keys: K[]) => BulkValues<K, T> | Promise<BulkValues<K, T>>,
    options: CallOptions<T> = {},
  ): Promise<(T | undefined)[]> {
    checkCallOptions(options)
    if (typeof loadMissing !== 'function') {
      throw new CacheError('E_OPTION', `loadMissing: ${shown(loadMissing)} is not a function.`, {
        path: 'loadMissing',
        value: loadMissing,
      })
    }
    const job = (id: string): Omit<Job, 'key' | 'load'> => ({
      policy: this.#policies.of(id, options as LifeOptions<never>),
      tags: checkTags(options.tags),
      fresh: options.fresh === true,
      counters: this.#counters,
    })
    const values = await getOrSetMany(this.#root.engine, this.#ids(keys), keys, loadMissing as never, job)
    return values as (T | undefined)[]
  }

  /**
   * Deletes: no instance serves the old value as fresh more than Δ after this is `committed`. One key or a list of keys. A list of
   * strings is also a key of parts; both readings are deleted, so give `deleteMany` a list where that matters.
   */
  async delete(keys: Key | readonly Key[], options: WriteOptions = {}): Promise<Invalidation> {
    return this.#invalidate({ keys: this.#eitherIds(keys) }, false, options)
  }

  /** Deletes a list of keys. */
  async deleteMany(keys: readonly Key[], options: WriteOptions = {}): Promise<Invalidation> {
    return this.#invalidate({ keys: this.#ids(keys) }, false, options)
  }

  /** As `delete`, but the value may still be served where a stale one is allowed, until its grace ends. */
  async expire(keys: Key | readonly Key[], options: WriteOptions = {}): Promise<Invalidation> {
    return this.#invalidate({ keys: this.#eitherIds(keys) }, true, options)
  }

  /** Deletes everything that has one of these tags, in this and every other namespace. Costs the same however much that is. */
  async deleteByTag(tags: string | readonly string[], options: WriteOptions = {}): Promise<Invalidation> {
    return this.#invalidate({ tags: tagList(tags) }, false, options)
  }

  /** Expires everything that has one of these tags. */
  async expireByTag(tags: string | readonly string[], options: WriteOptions = {}): Promise<Invalidation> {
    return this.#invalidate({ tags: tagList(tags) }, true, options)
  }

  /** Deletes a key and everything whose key begins with it, by whole segments: `['user', 1]` covers `user:1:posts`, not `user:10`. */
  async deleteByPrefix(prefix: Key, options: WriteOptions = {}): Promise<Invalidation> {
    return this.#invalidate({ prefixes: [prefixId(this.#prefix, prefix)] }, false, options)
  }

  /** Expires a key and everything under it. */
  async expireByPrefix(prefix: Key, options: WriteOptions = {}): Promise<Invalidation> {
    return this.#invalidate({ prefixes: [prefixId(this.#prefix, prefix)] }, true, options)
  }

  /** Deletes everything in this namespace and its children. */
  async clear(options: WriteOptions = {}): Promise<Invalidation> {
    return this.#invalidate({ prefixes: [this.#prefix.slice(0, -1)] }, false, options)
  }

  /** Expires everything in this namespace and its children. */
  async expireAll(options: WriteOptions = {}): Promise<Invalidation> {
    return this.#invalidate({ prefixes: [this.#prefix.slice(0, -1)] }, true, options)
  }

  /**
   * Deletes the keys that match, `*` for any text and `?` for any character, everything else literal. It scans Redis: a tool for
   * operators, not for requests. Resolves with the number of keys deleted.
   */
  async deleteMatching(glob: string, options: WriteOptions = {}): Promise<number> {
    return this.#root.deleteMatching(this.#prefix, glob, ids =>
      this.#invalidate({ keys: ids }, false, options),
    )
  }

  /** A namespace of this one, on the same tiers. Its keys never meet those of another. `defaults` go over those of this one. */
  namespace(name: string, defaults: LifeOptions = {}): Cache {
    const prefix = namespacePrefix(this.#prefix, name)
    const child = this.name === '' ? name : `${this.name}/${name}`
    const policies = this.#policies.over(defaults, `namespace('${name}')`)
    this.#root.notePolicies(prefix, policies, Object.keys(defaults).length > 0)
    return new Cache(this.#root, child, prefix, policies)
  }

  /** A function of the same type whose results are cached by its arguments. */
  wrap<A extends unknown[], R>(
    fn: (...args: A) => R,
    options: WrapOptions<A, Awaited<R>>,
  ): Wrapped<A, Awaited<R>> {
    return wrap(this, fn, options)
  }

  /** A kind of thing with its key, loader and options in one place, typed. */
  resource<I, T>(options: ResourceOptions<I, T>): Resource<I, T> {
    return new Resource(this, options)
  }

  /** A value made of parts that have keys, tags and lifetimes of their own: of a page only what changed is loaded anew. */
  compose<S extends Readonly<Record<string, PartOptions>>, R = ValuesOf<S>>(
    options: ComposeOptions<S, R>,
  ): Composed<IdentityOf<S>, ValuesOf<S>, R> {
    return new Composed(this, options)
  }

  /** Maps a domain event to what it invalidates. Several rules may hold for one event. The function returned removes this one. */
  rule<P = unknown>(event: string, map: Rule<P>): () => void {
    return this.#rules.add(event, map as Rule<unknown>)
  }

  /** Announces a domain event: all its rules are applied, here; what they invalidate is invalidated on every instance. */
  async notify<P = unknown>(event: string, payload?: P, options: WriteOptions = {}): Promise<Invalidation> {
    const { keys, tags } = this.#rules.targets(event, payload)
    const { events } = this.#root.engine.parts
    if (events.wants('notify')) events.emit('notify', { event, keys, tags })
    return this.#invalidate({ keys: this.#ids(keys), tags: checkTags(tags) }, false, options)
  }

  /**
   * Counts since the cache was made: of all namespaces for the root; for a namespace its own and its children's reads and loads, where
   * no more than a thousand namespaces were made.
   */
  stats(): Stats {
    return this.#root.stats(this.#prefix)
  }

  /** Whether the tiers work, within 30 ms whatever Redis does. */
  health(): Promise<Health> {
    return this.#root.health()
  }

  /** What either tier has under a key, and why a read would miss. For people; it costs a round trip. */
  async explain(key: Key): Promise<Explanation> {
    const id = idOf(this.#prefix, key)
    return explain(this.#root.engine, id, this.#policies.of(id))
  }

  /** Listens to events of all namespaces. The function returned stops it. */
  on<E extends CacheEventType>(type: E, listener: CacheListener<E>): () => void {
    return this.#root.engine.parts.events.on(type, listener)
  }

  /**
   * Writes which keys of this namespace are read, when, and how large their values are, so that settings can be tried on it: see
   * docs/sizing.md. It makes `<file>.keys.gz`, `.times.gz` and `.sizes.gz`, which hold numbers in the order of first appearance and
   * no keys, and keep nothing of the values. It ends at its limits, and with the cache. It compresses and writes behind the reads.
   */
  recordTrace(file: string, options: TraceOptions = {}): TraceRecording {
    return this.#root.record(this.#prefix, file, options)
  }

  /**
   * Keys in memory of this namespace and its children with how often each was used, what memory would keep longest first: with
   * `eviction: 'lru'` the most recently used, with `'adaptive'` what is used again and again. It walks through memory as it is read: take what you need in one go, and not on every request.
   */
  hotKeys(): IterableIterator<HotKey> {
    return hotKeys(this.#root.engine, this.#prefix)
  }

  /**
   * Brings what Redis has of these keys into memory, in one command for those of one partition. It loads nothing and counts as no
   * read. Resolves with the keys that neither has, or of which Redis cannot be asked. What was invalidated a moment ago may be in
   * Redis again and not be kept in memory yet. Never rejects but for a
   * key that cannot be one.
   */
  async hydrate<K extends Key>(keys: readonly K[]): Promise<K[]> {
    const ids = this.#ids(keys)
    const missing = await hydrate(this.#root.engine, ids, id => this.#policies.of(id))
    return keys.filter((_, i) => missing.has(ids[i] as string))
  }

  /**
   * As `hydrate`, for keys as events and `hotKeys` print them, of this namespace and its children; others are passed over. Each is
   * kept as its own namespace says, as far as that was made in this process.
   */
  async hydratePrinted(keys: readonly string[]): Promise<string[]> {
    const own = keys.filter(key => key.startsWith(this.#prefix) && key.length > this.#prefix.length)
    return [...(await hydrate(this.#root.engine, own, id => this.#root.policyOf(id)))]
  }

  /** Whether memory can answer for a key as events and `hotKeys` print it, of any namespace. It counts neither as a read nor as a use. */
  holdsPrinted(key: string): boolean {
    return this.#local.has(key)
  }

  /** A key as events and `hotKeys` print it. Throws `E_KEY`. */
  printed(key: Key): string {
    return idOf(this.#prefix, key)
  }

  /** The memory that this cache shares with all its namespaces: its limits, and advice on them. */
  get memory(): CacheMemory {
    return this.#root.memory
  }

  /** Time as this cache sees it, for what works beside it. */
  get clock(): Clock {
    return this.#root.engine.parts.clock
  }

  /** Resolves when Redis is connected and the log is followed, or it is known that it cannot be. Never rejects. */
  ready(): Promise<void> {
    return this.#root.ready
  }

  /** Resolves when nothing runs in the background: refreshes, loads behind an answer, stores. */
  idle(): Promise<void> {
    return this.#root.engine.idle()
  }

  /**
   * Ends the cache and all its namespaces: waits for loads and deferred invalidations for `timeout` (default `'5s'`), then closes the
   * connections it opened. Calls after it reject with `E_CLOSED`.
   */
  close(options: { readonly timeout?: Duration } = {}): Promise<void> {
    return this.#root.close(options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #hitSync(key: Key): Entry | undefined {
    if (this.#isId(key)) return this.#noted(key, this.#local.hit(key))
    const place = this.#known.of(key)
    return place === undefined ? this.#hitOf(key) : this.#noted(place.id, this.#local.hitAt(place))
  }

  /** The entry of a key if memory may answer; `undefined` also for a bad key, of which the slow path will speak. */
  #hit(key: Key): Entry | undefined {
    if (this.#isId(key)) return this.#noted(key, this.#local.hit(key))
    const place = this.#known.of(key)
    if (place !== undefined) return this.#noted(place.id, this.#local.hitAt(place))
    try {
      return this.#hitOf(key)
    } catch {
      return undefined
    }
  }

  /** Whether a key is its own id, as most are. Whether such a key is well-formed is judged on a miss. */
  #isId(key: Key): key is string {
    return typeof key === 'string' && this.#prefix === '' && isPlainKey(key)
  }

  #hitOf(key: Key): Entry | undefined {
    const id = idOf(this.#prefix, key)
    const entry = this.#noted(id, this.#local.hit(id))
    if (entry !== undefined) this.#known.keep(key, id)
    return entry
  }

  #noted(id: string, entry: Entry | undefined): Entry | undefined {
    if (entry !== undefined) noteHit(id, entry, this.#counters, this.#events)
    return entry
  }

  // Not async: what is rejected here is a bad key, and an async function that returns a promise costs three turns more.
  #read<G>(key: Key, give: Give<G>): Promise<G> {
    try {
      const id = idOf(this.#prefix, key)
      return this.#root.engine.read(id, this.#policies.of(id), undefined, this.#counters, give)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #load<T, G>(key: Key, load: Loader<T>, options: CallOptions<T> | undefined, give: Give<G>): Promise<G> {
    try {
      const id = idOf(this.#prefix, key)
      const job = this.#job(id, key, load, options)
      return this.#root.engine.read(id, job.policy, job, this.#counters, give)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #job<T>(id: string, key: Key, load: Loader<T>, options: CallOptions<T> | undefined): Job {
    if (typeof load !== 'function') {
      throw new CacheError('E_OPTION', `load: ${shown(load)} is not a function.`, {
        path: 'load',
        value: load,
      })
    }
    if (options !== undefined) checkCallOptions(options)
    const policy = this.#policies.of(id, options as LifeOptions<never> | undefined)
    const tags = options?.tags === undefined ? NO_TAGS : checkTags(options.tags)
    return { key, load, policy, tags, fresh: options?.fresh === true, counters: this.#counters }
  }

  #view<T>({ entry, tier, stale }: Answer): EntryView<T> {
    // The clock that a hit is judged by: what is fresh by it has time left by it. It may be behind an entry made in this callback.
    const now = Math.max(entry.bornAt, this.#root.engine.parts.clock.recent())
    const ttlMs = stale ? 0 : Math.max(0, entry.freshUntil - now)
    return {
      value: entry.value as T,
      tier,
      stale,
      ageMs: now - entry.bornAt,
      ttlMs,
      tags: entry.tags,
    }
  }

  #invalidate(
    what: {
      readonly keys?: readonly string[]
      readonly tags?: readonly string[]
      readonly prefixes?: readonly string[]
    },
    soft: boolean,
    options: WriteOptions,
  ): Promise<Invalidation> {
    const strict = checkStrict(options)
    return this.#root.writer.invalidate(
      { keys: what.keys ?? [], tags: what.tags ?? [], prefixes: what.prefixes ?? [], soft },
      strict,
    )
  }

  #ids(keys: readonly Key[]): string[] {
    if (!Array.isArray(keys))
      throw new CacheError('E_KEY', `Give an array of keys, not ${shown(keys)}.`, {
        path: 'keys',
        value: keys,
      })
    return keys.map(key => idOf(this.#prefix, key as Key))
  }

  #eitherIds(keys: Key | readonly Key[]): string[] {
    if (!Array.isArray(keys)) return [idOf(this.#prefix, keys as Key)]
    if (keys.length === 0 || keys.some(part => Array.isArray(part))) return this.#ids(keys)
    const id = idOf(this.#prefix, keys as Key)
    return keys.every(part => typeof part === 'string' && part !== '')
      ? [...new Set([id, ...this.#ids(keys)])]
      : [id]
  }
}

/** What a bulk loader gives: values in the order of the keys it was given, or by key. */
export type BulkValues<K, T> = readonly (T | undefined)[] | ReadonlyMap<K, T>

function tagList(tags: string | readonly string[]): readonly string[] {
  return checkTags(typeof tags === 'string' ? [tags] : tags)
}
