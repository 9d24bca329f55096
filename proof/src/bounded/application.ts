import { setTimeout as wait } from 'node:timers/promises'
import { type Cache, createCache, type Stats } from '@tiercache/core'
import { endure, type SickTime } from './endurance.ts'
import { Load } from './load.ts'
import { STALE_KEY } from './operations.ts'
import { type Sample, timed } from './sample.ts'
import { BEACONS, home, KEPT, OLD, TARGETS } from './targets.ts'
import { until } from './until.ts'

/** Ms from healing until each was so; `Infinity`: it never was. */
export interface Recovery {
  readonly closedMs: number
  readonly coherentMs: number
  readonly redisMs: number
  readonly drainedMs: number
}

const PATIENCE_MS = 1500
/** Twice what is promised: long enough to say how much longer it took. */
const RECOVERY_MS = 6000
const NEVER = Number.POSITIVE_INFINITY

/** A service with a cache and a load, as it runs in a process of its own. Its methods are called from outside, one at a time. */
export class Application {
  readonly #url: string
  readonly #namespace: string
  readonly #cache: Cache
  readonly #load: Load
  readonly #heard = new Set<string>()
  #waiting: Promise<void>[] = []

  constructor(url: string, namespace: string) {
    this.#url = url
    this.#namespace = namespace
    this.#cache = this.#open()
    this.#load = new Load(this.#cache)
    this.#cache.on('invalidate', ({ keys, remote }) => {
      if (remote) for (const key of keys) this.#heard.add(key)
    })
  }

  /** The cache is ready, has the targets in memory, and has been under load for a while. */
  async warm(): Promise<void> {
    await this.#cache.ready()
    for (const key of ['fail', 'swr']) {
      await until(`${key} is set`, 3000, () => succeeds(this.#setStale(key)))
    }
    for (const target of [...TARGETS, KEPT]) {
      const cache = home(this.#cache, target)
      await until(`${target.key} is in memory`, 3000, async () => {
        await cache.get(target.key)
        return cache.getSync(target.key) === OLD
      })
    }
    this.#load.start()
    await wait(200)
  }

  /** Redis is sick from now on. Everything is tried for this long. */
  async endure(ms: number): Promise<SickTime> {
    const { sick, waiting } = await endure(this.#cache, this.#load, ms)
    this.#waiting = waiting
    return sick
  }

  /** Redis is well from now on. */
  async recover(): Promise<Recovery> {
    const from = performance.now()
    const since = (event: Promise<unknown>): Promise<number> =>
      event.then(
        () => performance.now() - from,
        () => NEVER,
      )
    const becomes = (holds: () => boolean | Promise<boolean>): Promise<number> =>
      since(until('recovery', RECOVERY_MS, holds))
    const stats = (): Stats => this.#cache.stats()
    const beacons = BEACONS.values()
    const [closedMs, coherentMs, redisMs, drainedMs] = await Promise.all([
      becomes(() => stats().breaker === 'closed'),
      becomes(() => stats().coherence === 'coherent'),
      // Another key each time: memory may not answer.
      becomes(async () => (await this.#cache.getEntry(beacons.next().value ?? ''))?.tier === 'redis'),
      Promise.race([since(Promise.all(this.#waiting)), wait(RECOVERY_MS, NEVER, { ref: false })]),
    ])
    return { closedMs, coherentMs, redisMs, drainedMs }
  }

  /** A second cache is made while Redis is sick, used at once, and closed. */
  async startLate(): Promise<Sample[]> {
    const cache = this.#open()
    const samples = await Promise.all([
      timed('ready', 'ready', () => cache.ready()),
      timed('first getOrSet', 'load', () => cache.getOrSet('late', () => 'loaded')),
      timed('first delete', 'write', () => cache.delete('late:gone')),
    ])
    samples.push(await timed('close', 'ready', () => cache.close({ timeout: 500 })))
    return samples.map(({ answer: _answer, ...sample }) => sample)
  }

  /** Resolves with how long it took. */
  async close(): Promise<number> {
    await this.#load.stop()
    const { ms } = await timed('close', 'ready', () => this.#cache.close({ timeout: 500 }))
    return ms
  }

  /** One read of a key that takes a loader. */
  async readOne(key: string): Promise<Sample> {
    return timed('getOrSet', 'load', () => this.#cache.getOrSet(key, () => 'loaded'))
  }

  /** Reads until the circuit opens, and deletes at once. `circuit` is its state when the delete was called. */
  async deleteWithOpenCircuit(key: string): Promise<{ readonly circuit: string; readonly sample: Sample }> {
    let reads = 0
    await until('the circuit opens', PATIENCE_MS, async () => {
      await this.#cache.get(`open:${reads++}`)
      return this.#cache.stats().breaker === 'open'
    })
    const circuit = this.#cache.stats().breaker
    const { ms, error } = await timed('delete', 'write', () => this.#cache.delete(key, { strict: true }))
    return {
      circuit,
      sample: { operation: 'delete', kind: 'write', ms, ...(error !== undefined && { error }) },
    }
  }

  /** Whether an invalidation by another instance is heard of within this long. */
  async hears(key: string, ms: number): Promise<boolean> {
    return succeeds(until(key, ms, () => this.#heard.has(key)))
  }

  /** The load rests. */
  async rest(): Promise<void> {
    await this.#load.stop()
  }

  /** Bytes in use once all garbage is gone. */
  heap(): number {
    for (let i = 0; i < 3; i++) globalThis.gc?.()
    return process.memoryUsage().heapUsed
  }

  /** Share of a CPU that this process takes for this long. */
  async cpu(ms: number): Promise<number> {
    const from = process.cpuUsage()
    const at = performance.now()
    await wait(ms)
    const { user, system } = process.cpuUsage(from)
    return (user + system) / 1000 / (performance.now() - at)
  }

  /** A deferred one would be invalidated when it is replayed. */
  async #setStale(key: string): Promise<void> {
    await this.#cache.set([STALE_KEY, key], OLD, { ttl: 50, grace: '1h', strict: true })
  }

  /** Trouble is no news to it, so that none is printed. */
  #open(): Cache {
    const cache = createCache({ redis: this.#url, namespace: this.#namespace })
    cache.on('error', () => {})
    return cache
  }
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}
