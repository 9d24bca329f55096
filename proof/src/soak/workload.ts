import { type Cache, CacheError, type Invalidation } from '@tiercache/core'
import { now } from '../real/monotonic.ts'
import type { Database } from './database.ts'
import { COMMIT, GROUP, KEYS, READ, type Setup } from './messages.ts'

interface Value {
  readonly key: number
  readonly version: number
  readonly text: string
}

const TICK_MS = 20
const READS_A_TICK = 8
/** A tag, a key, a namespace that nobody will ask for again, every so many ticks. */
const ONCE_EVERY = 5
const WRITE_EVERY = 10
const TEXT = 'lorem ipsum dolor sit amet '.repeat(8)

/**
 * What an instance does all day: it reads keys that some like more than others, writes those it owns, and makes up names that never
 * come back. It sees for itself whether it reads its own writes.
 */
export class Workload {
  reads = 0
  writes = 0
  timeouts = 0
  readonly #cache: Cache
  readonly #database: Database
  readonly #random: () => number
  readonly #setup: Setup
  readonly #violation: (text: string) => void
  readonly #own = new Float64Array(KEYS)
  readonly #writing = new Set<number>()
  #seen: number[] = []
  #committed: number[] = []
  #ticks = 0
  #made = 0
  #timer: NodeJS.Timeout | undefined

  constructor(
    cache: Cache,
    database: Database,
    random: () => number,
    setup: Setup,
    violation: (text: string) => void,
  ) {
    this.#cache = cache
    this.#database = database
    this.#random = random
    this.#setup = setup
    this.#violation = violation
  }

  begin(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  end(): void {
    clearInterval(this.#timer)
  }

  /** What happened since it was last asked for. */
  take(): { reads: Float64Array; commits: Float64Array } {
    const [reads, commits] = [new Float64Array(this.#seen), new Float64Array(this.#committed)]
    this.#seen = []
    this.#committed = []
    return { reads, commits }
  }

  /** The versions in the cache of all keys. */
  async versions(): Promise<Float64Array> {
    const versions = new Float64Array(KEYS)
    for (let from = 0; from < KEYS; from += 100) {
      const keys = Array.from({ length: 100 }, (_, i) => from + i)
      await Promise.all(keys.map(async key => (versions[key] = (await this.#get(key)).version)))
    }
    return versions
  }

  #tick(): void {
    this.#ticks++
    const jobs = Array.from({ length: READS_A_TICK }, () => this.#read())
    if (this.#ticks % ONCE_EVERY === 0) jobs.push(this.#once())
    if (this.#ticks % WRITE_EVERY === 0) jobs.push(this.#write())
    for (const job of jobs) job.catch((error: unknown) => this.#rejected(error))
  }

  /** No loader fails here and no call is strict: a call may run out of time, and nothing else. */
  #rejected(error: unknown): void {
    if (error instanceof CacheError && error.code === 'E_TIMEOUT') this.timeouts++
    else this.#violation(`a call rejected: ${String(error)}`)
  }

  async #read(): Promise<void> {
    // A few keys get most of the reads.
    const key = Math.floor(KEYS * this.#random() ** 3)
    const from = now()
    const due = this.#own[key] ?? 0
    const how = this.#random()
    if (how < 0.15) {
      const first = key - (key % GROUP)
      const keys = Array.from({ length: GROUP }, (_, i) => first + i)
      const dues = keys.map(one => this.#own[one] ?? 0)
      const values = await this.#cache.getMany<Value>(keys.map(nameOf))
      for (const [i, value] of values.entries()) if (value) this.#saw(first + i, value, dues[i] ?? 0, from)
      return
    }
    const value = how < 0.3 ? await this.#cache.get<Value>(nameOf(key)) : await this.#get(key)
    if (value !== undefined) this.#saw(key, value, due, from)
  }

  #get(key: number): Promise<Value> {
    return this.#cache.getOrSet<Value>(nameOf(key), () => this.#load(key), { tags: [tagOf(key)] })
  }

  async #load(key: number): Promise<Value> {
    return { key, version: await this.#database.version(key), text: TEXT.slice(0, 20 + (key % 180)) }
  }

  #saw(key: number, value: Value, due: number, from: number): void {
    this.reads++
    this.#seen.push(key, value.version, from)
    if (this.#seen.length > 100_000 * READ) this.#seen = []
    if (value.key !== key) this.#violation(`item ${key} was answered with item ${value.key}`)
    if (value.version < due)
      this.#violation(
        `item ${key} was answered with v${value.version} after this instance had written v${due}`,
      )
  }

  /** Names that never come back: a value with a tag and a shape of its own, a namespace, an invalidated tag. */
  async #once(): Promise<void> {
    const { instance } = this.#setup
    const n = `${instance}:${this.#made++}`
    const value = { [`of ${n}`]: this.#made, rows: [{ [n]: 1 }, { [n]: 2 }, { [n]: 3 }] }
    await this.#cache.getOrSet(['once', n], () => value, { tags: [`once:${n}`], ttl: '3s' })
    await this.#cache.namespace(`tenant ${n}`).getOrSet('settings', () => value, { ttl: '3s' })
    if (this.#made % 4 === 0) await this.#cache.deleteByTag(`once:${n}`)
  }

  async #write(): Promise<void> {
    const { instance, instances } = this.#setup
    const group = Math.floor((this.#random() * KEYS) / GROUP / instances) * instances + instance
    if (group >= KEYS / GROUP || this.#writing.has(group)) return
    this.#writing.add(group)
    try {
      const first = group * GROUP
      const how = this.#random()
      const keys =
        how < 0.5
          ? Array.from({ length: GROUP }, (_, i) => first + i)
          : [first + (Math.floor(how * 16) % GROUP)]
      const versions = await this.#database.change(keys)
      const { status, done } = await this.#tell(how, keys, versions)
      this.writes++
      // From here on this instance may not see what was before, committed or not.
      for (const [i, key] of keys.entries()) this.#own[key] = versions[i] ?? 0
      if (status === 'deferred') await done
      const at = now()
      for (const [i, key] of keys.entries()) this.#committed.push(key, versions[i] ?? 0, at)
      if (this.#committed.length > 10_000 * COMMIT) this.#committed = []
    } finally {
      this.#writing.delete(group)
    }
  }

  #tell(how: number, keys: readonly number[], versions: readonly number[]): Promise<Invalidation> {
    const [key = 0] = keys
    if (how < 0.5) return this.#cache.deleteByTag(tagOf(key))
    if (how < 0.8) return this.#cache.delete(nameOf(key))
    const value: Value = { key, version: versions[0] ?? 0, text: TEXT }
    return this.#cache.set(nameOf(key), value, { tags: [tagOf(key)] })
  }
}

function nameOf(key: number): string {
  return `item:${key}`
}

function tagOf(key: number): string {
  return `group:${Math.floor(key / GROUP)}`
}
