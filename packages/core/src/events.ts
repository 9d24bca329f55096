import { channel } from 'node:diagnostics_channel'
import { CacheError, shown } from './errors.ts'
import type { Key } from './key.ts'

/** Where a value came from. */
export type Tier = 'memory' | 'redis' | 'load'

/** Every event by name with what it says. Keys are as printed, namespaces in front as `@name:`. */
export interface CacheEvents {
  /** A value was served from a tier. `stale`: past its ttl, within its grace. */
  hit: {
    readonly key: string
    readonly tier: 'memory' | 'redis'
    readonly stale: boolean
    readonly ms: number
  }
  /** Neither tier had a value that may be served. */
  miss: { readonly key: string; readonly ms: number }
  /** A loader ended. `error` is what it threw. */
  load: { readonly key: string; readonly ms: number; readonly error?: unknown }
  /** A value was stored. `redis: false`: in memory only, because Redis refused it or was away. */
  set: { readonly key: string; readonly redis: boolean }
  /** A loaded value was not stored because it was invalidated while it was loading. */
  fenced: { readonly key: string }
  /** Something was invalidated, here or (`remote`) by another instance. */
  invalidate: {
    readonly keys: readonly string[]
    readonly tags: readonly string[]
    readonly prefixes: readonly string[]
    readonly soft: boolean
    readonly remote: boolean
    readonly status: 'committed' | 'deferred' | 'failed'
    /** How long the call took; 0 for a remote one. */
    readonly ms: number
  }
  /** Invalidations that were deferred have reached Redis. */
  replayed: { readonly count: number }
  /** Memory dropped a value to stay within its limits. */
  evict: { readonly key: string }
  /** Memory took another limit, as `memory: { resize }` asks. `hitRatio`: the share of reads that it should answer now. */
  resize: {
    readonly unit: 'entries' | 'bytes'
    readonly from: number
    readonly to: number
    readonly hitRatio: number
  }
  /** Trouble in a tier, the codec or the log. It never reached a caller. The same of Redis is told of ten times a second at most. */
  error: { readonly operation: string; readonly error: unknown; readonly key?: string }
  /** The circuit around Redis changed its state. */
  breaker: { readonly state: 'closed' | 'open' | 'half-open' }
  /** `coherent`: memory may answer. `degraded`: it may not, because the log was not heard of for too long. */
  coherence: { readonly state: 'coherent' | 'degraded'; readonly reason?: string }
  /** The connection to Redis came up or went down. */
  connection: { readonly up: boolean }
  /** A domain event was announced by `notify`. */
  notify: { readonly event: string; readonly keys: readonly Key[]; readonly tags: readonly string[] }
}

export type CacheEventType = keyof CacheEvents
export type CacheListener<E extends CacheEventType> = (event: CacheEvents[E]) => void

const TYPES: readonly CacheEventType[] = [
  'hit',
  'miss',
  'load',
  'set',
  'fenced',
  'invalidate',
  'replayed',
  'evict',
  'resize',
  'error',
  'breaker',
  'coherence',
  'connection',
  'notify',
]

/**
 * Listeners by event. Also published on `node:diagnostics_channel` as `tiercache:<type>`. Ask `wants` before building an
 * event: nobody listening costs one look at a field.
 */
export class Events {
  readonly #listeners = new Map<CacheEventType, Set<CacheListener<never>>>()
  readonly #channels = new Map(TYPES.map(type => [type, channel(`tiercache:${type}`)]))
  readonly #hitChannel = channel('tiercache:hit')
  readonly #missChannel = channel('tiercache:miss')
  #hitListeners: ReadonlySet<CacheListener<'hit'>> | undefined
  #missListeners: ReadonlySet<CacheListener<'miss'>> | undefined
  #warned = false

  /** Whether somebody listens to hits: asked on every hit. */
  get wantsHits(): boolean {
    return this.#hitListeners !== undefined || this.#hitChannel.hasSubscribers
  }

  /** Whether somebody listens to what reads say of themselves: asked on every read that goes beyond memory. */
  get wantsReads(): boolean {
    return this.wantsHits || this.#missListeners !== undefined || this.#missChannel.hasSubscribers
  }

  wants(type: CacheEventType): boolean {
    return this.#listeners.has(type) || this.#channels.get(type)?.hasSubscribers === true
  }

  /** Adds a listener; the function returned removes it. Throws `CacheError` for a type that does not exist. */
  on<E extends CacheEventType>(type: E, listener: CacheListener<E>): () => void {
    if (!TYPES.includes(type)) {
      throw new CacheError('E_OPTION', `There is no event ${shown(type)}. There are ${TYPES.join(', ')}.`, {
        path: 'type',
        value: type,
      })
    }
    if (typeof listener !== 'function') {
      throw new CacheError('E_OPTION', `A listener is a function, not ${shown(listener)}.`, {
        path: 'listener',
        value: listener,
      })
    }
    const set = this.#listeners.get(type) ?? new Set()
    set.add(listener)
    this.#listeners.set(type, set)
    this.#note()
    return () => {
      set.delete(listener)
      if (set.size === 0 && this.#listeners.get(type) === set) this.#listeners.delete(type)
      this.#note()
    }
  }

  /** Tells everybody. What a listener throws is reported by `process.emitWarning` and reaches nobody else. */
  emit<E extends CacheEventType>(type: E, event: CacheEvents[E]): void {
    const channel = this.#channels.get(type)
    if (channel?.hasSubscribers) channel.publish(event)
    else if (type === 'error' && !this.#listeners.has('error')) this.#warnOnce(event as CacheEvents['error'])
    for (const listener of this.#listeners.get(type) ?? []) tell(type, listener as CacheListener<E>, event)
  }

  /** As `emit` of a hit, without looking for who listens. */
  emitHit(event: CacheEvents['hit']): void {
    if (this.#hitChannel.hasSubscribers) this.#hitChannel.publish(event)
    if (this.#hitListeners === undefined) return
    for (const listener of this.#hitListeners) tell('hit', listener, event)
  }

  /** Trouble that nobody listens to is told once, so that it does not go unseen. */
  #warnOnce({ operation, error }: CacheEvents['error']): void {
    if (this.#warned) return
    this.#warned = true
    const text = error instanceof Error ? error.message : shown(error)
    process.emitWarning(
      `${operation}: ${text} The cache goes on without. It says this once; listen to all with cache.on('error', …).`,
      'TiercacheWarning',
    )
  }

  /** Drops every listener, and says nothing any more. */
  close(): void {
    this.#warned = true
    this.#listeners.clear()
    this.#note()
  }

  #note(): void {
    this.#hitListeners = this.#listeners.get('hit') as ReadonlySet<CacheListener<'hit'>> | undefined
    this.#missListeners = this.#listeners.get('miss') as ReadonlySet<CacheListener<'miss'>> | undefined
  }
}

function tell<E extends CacheEventType>(type: E, listener: CacheListener<E>, event: CacheEvents[E]): void {
  try {
    const result: unknown = listener(event)
    if (result instanceof Promise) result.catch((error: unknown) => warn(type, error))
  } catch (error) {
    warn(type, error)
  }
}

function warn(type: CacheEventType, error: unknown): void {
  const text = error instanceof Error ? error.message : shown(error)
  process.emitWarning(`A listener of '${type}' failed: ${text}`, 'TiercacheWarning')
}
