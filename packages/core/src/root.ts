import { checkNames } from './checks.ts'
import { Glob } from './glob.ts'
import type { CacheMemory } from './cache-memory.ts'
import type { Engine } from './engine.ts'
import { CacheError, shown } from './errors.ts'
import { type Duration, parseDurationOrZero } from './duration.ts'
import type { Health } from './health.ts'
import { idOf, ownStart } from './key.ts'
import type { Policies } from './policies.ts'
import type { Policy } from './policy.ts'
import { Counters, type Stats } from './stats.ts'
import type { Store } from './store.ts'
import { recordTrace, type TraceOptions, type TraceRecording } from './trace.ts'
import { within } from './within.ts'
import type { Invalidation, Writer } from './writer.ts'

/** A ping that takes longer is no sign of health. */
const PING_MS = 25
const DELETE_BATCH = 500
const ABORTED_MS = 200
/** Namespaces that are counted apart. */
const MAX_COUNTED = 1000

/** What a cache and all its namespaces share: the engine, the counters, the end. */
export class Root {
  readonly engine: Engine
  readonly writer: Writer
  readonly memory: CacheMemory
  readonly ready: Promise<void>
  received = 0
  readonly #store: Store | undefined
  readonly #counters = new Map<string, Counters>()
  readonly #recordings = new Set<TraceRecording>()
  readonly #defaults: Policies
  readonly #policies = new Map<string, Policies>()
  #closing: Promise<void> | undefined

  constructor(
    engine: Engine,
    writer: Writer,
    memory: CacheMemory,
    store: Store | undefined,
    ready: Promise<void>,
    defaults: Policies,
  ) {
    this.engine = engine
    this.writer = writer
    this.memory = memory
    this.ready = ready
    this.#store = store
    this.#defaults = defaults
  }

  /** The counters of a namespace. Where namespaces are made without end, those beyond a thousand share the root's. */
  countersOf(prefix: string): Counters {
    const known = this.#counters.get(prefix)
    if (known !== undefined) return known
    if (this.#counters.size > MAX_COUNTED) return this.countersOf('')
    const fresh = new Counters()
    this.#counters.set(prefix, fresh)
    return fresh
  }

  /** What holds in a namespace: as it was last made with options, if ever. Beyond a thousand, what holds in the one above. */
  notePolicies(prefix: string, policies: Policies, withOptions: boolean): void {
    const known = this.#policies.has(prefix)
    if (known ? withOptions : this.#policies.size < MAX_COUNTED) this.#policies.set(prefix, policies)
  }

  /** The policy of an id of any namespace: of the nearest around it that was made here. */
  policyOf(id: string): Policy {
    for (let end = ownStart(id); end > 0; end = id.lastIndexOf(':', end - 2) + 1) {
      const known = this.#policies.get(id.slice(0, end))
      if (known !== undefined) return known.of(id)
    }
    return this.#defaults.of(id)
  }

  /** Reads of all namespaces, whatever became of them. */
  get reads(): number {
    let reads = 0
    for (const { memoryHits, memoryMisses } of this.#counters.values()) reads += memoryHits + memoryMisses
    return reads
  }

  stats(prefix: string): Stats {
    const { remote } = this.engine.parts
    const { memory, partitions } = this.engine.parts.local
    const sum = new Counters()
    for (const [name, counters] of this.#counters) if (name.startsWith(prefix)) add(sum, counters)
    const { latency: none } = this.engine.loader.latency
    const hits = sum.memoryHits + sum.redisHits
    return {
      hits,
      misses: sum.misses,
      hitRate: hits + sum.misses === 0 ? 0 : hits / (hits + sum.misses),
      memory: {
        hits: sum.memoryHits,
        misses: sum.memoryMisses,
        entries: memory.count,
        bytes: memory.bytes,
        evictions: memory.evictions,
      },
      redis: {
        hits: sum.redisHits,
        misses: sum.redisMisses,
        errors: remote?.errors ?? 0,
        latencyMs: remote?.latency.latency ?? { ...none, count: 0, p50: 0, p99: 0 },
      },
      loads: sum.loads,
      loadErrors: sum.loadErrors,
      loadMs: none,
      staleServed: sum.staleServed,
      refreshes: sum.refreshes,
      sets: sum.sets,
      fenced: sum.fenced,
      invalidations: {
        sent: this.writer.sent,
        received: this.received,
        deferred: partitions.reduce((all, one) => all + one.deferred, 0),
      },
      breaker: this.#store?.breakerState() ?? 'closed',
      coherence: this.#coherence(),
    }
  }

  record(prefix: string, file: string, options: TraceOptions): TraceRecording {
    const { events, clock, local } = this.engine.parts
    if (this.engine.closed) throw new CacheError('E_CLOSED', 'The cache is closed.', { path: 'close' })
    const recording = recordTrace(file, options, { events, clock, memory: local.memory, prefix })
    this.#recordings.add(recording)
    void recording.done.then(() => this.#recordings.delete(recording))
    return recording
  }

  async health(): Promise<Health> {
    const { clock } = this.engine.parts
    const { hits, misses, hitRate, memory, breaker, coherence, invalidations } = this.stats('')
    const latency =
      this.#store === undefined || breaker !== 'closed'
        ? null
        : await within(
            this.#store.ping().catch(() => null),
            PING_MS,
            clock,
            null,
          )
    const available = latency !== null
    return {
      status: this.#store === undefined || (available && coherence === 'coherent') ? 'healthy' : 'degraded',
      backend: this.#store === undefined ? 'memory' : 'redis',
      latency_ms: latency === null ? null : Math.round(latency * 1000) / 1000,
      stats: {
        hits,
        misses,
        hit_rate_percent: Math.round(hitRate * 10_000) / 100,
        redis_available: available,
        memory_cache_size: memory.entries,
      },
      breaker,
      coherence,
      deferred: invalidations.deferred,
    }
  }

  async deleteMatching(
    prefix: string,
    glob: string,
    remove: (ids: readonly string[]) => Promise<Invalidation>,
  ): Promise<number> {
    if (typeof glob !== 'string' || glob === '' || !glob.isWellFormed()) {
      throw new CacheError('E_KEY', `A pattern is a string with * and ?, not ${shown(glob)}.`, {
        path: 'glob',
        value: glob,
      })
    }
    if (this.engine.closed) throw new CacheError('E_CLOSED', 'The cache is closed.', { path: 'close' })
    // A first character that marks an id is escaped in it, as in any key; a leading * stays a pattern.
    const pattern = /^[*?]/.test(glob) ? prefix + glob : idOf(prefix, glob)
    const wanted = new Glob(pattern)
    // What is loading now is not in any tier yet.
    const here = [...this.engine.parts.local.memory.entries()].map(([id]) => id)
    const loading = this.engine.flights.all().map(flight => flight.id)
    const found = new Set([...here, ...loading].filter(id => wanted.matches(id)))
    let deleted = 0
    const flush = async (): Promise<void> => {
      if (found.size === 0) return
      deleted += found.size
      await remove([...found])
      found.clear()
    }
    // Redis counts `?` in bytes; here it is a character, so Redis is asked for more and what it finds is looked at.
    for await (const { ids } of this.#store?.scan(pattern.replace(/[[\]\\]/g, '\\$&').replaceAll('?', '*')) ??
      []) {
      for (const id of ids) if (wanted.matches(id)) found.add(id)
      if (found.size >= DELETE_BATCH) await flush()
    }
    await flush()
    return deleted
  }

  async close(options: { readonly timeout?: Duration }): Promise<void> {
    checkNames(options, ['timeout'], '')
    const { timeout = '5s' } = options
    const ms = parseDurationOrZero(timeout, 'timeout')
    this.#closing ??= this.#close(ms)
    return this.#closing
  }

  async #close(ms: number): Promise<void> {
    const { clock, events } = this.engine.parts
    const { partitions, memory } = this.engine.parts.local
    this.engine.closed = true
    this.memory.stop()
    await within(this.engine.idle(), ms, clock, undefined)
    await Promise.all([...this.#recordings].map(recording => within(recording.stop(), ms, clock, undefined)))
    if (this.#store?.breakerState() !== 'open')
      await Promise.all(
        partitions.flatMap(one => (one.deferred > 0 ? [within(one.sync(), ms, clock, undefined)] : [])),
      )
    this.engine.loader.close()
    // Loads that obey their signal end now, and give back their leases.
    await within(this.engine.idle(), Math.min(ms, ABORTED_MS), clock, undefined)
    for (const partition of partitions) partition.stop()
    await this.#store?.close()
    memory.clear()
    events.close()
  }

  #coherence(): Stats['coherence'] {
    if (this.#store === undefined) return 'memory-only'
    const now = this.engine.parts.clock.now()
    return this.engine.parts.local.partitions.every(partition => partition.trusts(now))
      ? 'coherent'
      : 'degraded'
  }
}

function add(sum: Counters, counters: Counters): void {
  for (const name of Object.keys(sum) as (keyof Counters)[]) sum[name] += counters[name]
}
