import { describe, expect, test } from 'vitest'
import type { Cache, CacheOptions, Invalidation } from '../../src/index.ts'
import { control, errorsOf, open, space } from './support/caches.ts'
import { Child } from './support/child.ts'
import { check, type History, randomOf, timeline, type Write } from './support/history.ts'
import { NaiveCache } from './support/naive.ts'
import { OwnRedis } from './support/servers.ts'
import { pass, until, within } from './support/until.ts'

const DELTA_MS = 1000
const TAGS = ['red', 'green']
/** `d` keys are deleted, by key and by tag; `s` keys are set too, one write at a time, as an application that sets has to. */
const DELETED = Array.from({ length: 8 }, (_, i) => `d${i}`)
const SET = Array.from({ length: 4 }, (_, i) => `s${i}`)
/** `c` keys hardly ever change: what is missed stays wrong for long enough to be seen. */
const CALM = Array.from({ length: 12 }, (_, i) => `c${i}`)
const ALL = [...DELETED, ...SET, ...CALM]
const tagOf = (key: string): string =>
  key.startsWith('c') ? `calm ${key}` : (TAGS[Number(key.slice(1)) % TAGS.length] ?? '')

interface Value {
  readonly key: string
  readonly version: number
}

type Load = (key: string) => Promise<Value>

/** What the test needs of an instance, whatever it is and wherever it runs. */
interface Instance {
  readonly get: (key: string) => Promise<unknown>
  readonly getOrSet: (key: string) => Promise<unknown>
  readonly set: (key: string, value: Value) => Promise<Invalidation>
  readonly delete: (key: string) => Promise<Invalidation>
  readonly deleteByTag: (tag: string) => Promise<Invalidation>
}

class World {
  readonly history: History = { reads: [], writes: [], faults: [] }
  readonly random: () => number
  slowestMs = 0
  readonly #versions = new Map<string, number>()
  readonly #locks = new Map<string, Promise<unknown>>()
  readonly #waiting: Promise<void>[] = []

  constructor(seed: number) {
    this.random = randomOf(seed)
  }

  version(key: string): number {
    return this.#versions.get(key) ?? 0
  }

  /** The database: the row as it was when it was asked, some time later. */
  readonly load: Load = async key => {
    const version = this.version(key)
    await pass(this.random() < 0.1 ? this.random() * 120 : this.random() * 25)
    return { key, version }
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T
  }

  async step(instance: number, cache: Instance): Promise<void> {
    const dice = this.random()
    if (dice < 0.6) return this.read(instance, cache, 'getOrSet', this.pick(ALL))
    if (dice < 0.85) return this.read(instance, cache, 'get', this.pick(ALL))
    if (dice < 0.86) {
      const key = this.pick(CALM)
      return this.random() < 0.5
        ? this.write(instance, 'delete', [key], () => cache.delete(key))
        : this.write(instance, 'tag', [key], () => cache.deleteByTag(tagOf(key)))
    }
    if (dice < 0.93)
      return this.write(instance, 'delete', [this.pick(DELETED)], ([key = '']) => cache.delete(key))
    if (dice < 0.95) {
      const tag = this.pick(TAGS)
      const keys = DELETED.filter(key => tagOf(key) === tag)
      return this.write(instance, 'tag', keys, () => cache.deleteByTag(tag))
    }
    const key = this.pick(SET)
    const before = this.#locks.get(key) ?? Promise.resolve()
    const turn = before.then(() =>
      dice < 0.98
        ? this.write(instance, 'set', [key], () => cache.set(key, { key, version: this.version(key) }))
        : this.write(instance, 'delete', [key], () => cache.delete(key)),
    )
    this.#locks.set(key, turn)
    return turn
  }

  async read(instance: number, cache: Instance, how: 'get' | 'getOrSet', key: string): Promise<void> {
    const t0 = performance.now()
    const value = (await cache[how](key)) as Value | undefined
    const t1 = performance.now()
    this.slowestMs = Math.max(this.slowestMs, t1 - t0)
    if (value === undefined) return
    if (value.key !== key) throw new Error(`${key} was answered with the value of ${value.key}`)
    this.history.reads.push({ instance, key, t0, t1, version: value.version, how })
  }

  async write(
    instance: number,
    how: string,
    keys: readonly string[],
    call: (keys: readonly string[]) => Promise<Invalidation>,
  ): Promise<void> {
    const t0 = performance.now()
    const writes = keys.map((key): Write => {
      const version = this.version(key) + 1
      this.#versions.set(key, version)
      return { instance, key, version, how, t0, t1: Infinity, status: 'pending', committedAt: Infinity }
    })
    this.history.writes.push(...writes)
    const { status, done } = await call(keys)
    const t1 = performance.now()
    this.slowestMs = Math.max(this.slowestMs, t1 - t0)
    for (const write of writes) Object.assign(write, { t1, status })
    const noted = done.then(() => {
      const now = status === 'committed' ? t1 : performance.now()
      for (const write of writes) write.committedAt = now
    })
    this.#waiting.push(noted)
  }

  /** Everything that was deferred is in Redis. */
  async settled(): Promise<void> {
    await Promise.all(this.#waiting)
  }

  /** Readers and writers on every instance, and faults, for a while. */
  async run(instances: readonly Instance[], redis: OwnRedis, ms: number): Promise<void> {
    await using admin = control(redis.url)
    const end = performance.now() + ms
    const work = async (index: number, cache: Instance): Promise<void> => {
      while (performance.now() < end) {
        await this.step(index, cache)
        await pass(this.random() * 4)
      }
    }
    const harm = async (): Promise<void> => {
      while (performance.now() < end - 500) {
        await pass(100 + this.random() * 300)
        const t0 = performance.now()
        const name = await this.fault(redis, admin)
        this.history.faults.push({ name, t0, t1: performance.now() })
      }
    }
    const workers = instances.flatMap((cache, index) => Array.from({ length: 4 }, () => work(index, cache)))
    await Promise.all([...workers, harm()])
  }

  /** One fault that no dice decide: an invalidation whose message reaches nobody, and a read more than Δ later. */
  async missOneMessage([writer, reader]: readonly Instance[], redis: OwnRedis): Promise<void> {
    if (writer === undefined || reader === undefined) return
    await using admin = control(redis.url)
    await until('the control connection is up', () => admin.status === 'ready')
    await this.read(1, reader, 'getOrSet', 'c0')
    const killed = admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await this.write(0, 'delete', ['c0'], () => writer.delete('c0'))
    await killed
    await pass(DELTA_MS + 100)
    await this.read(1, reader, 'getOrSet', 'c0')
  }

  async fault(redis: OwnRedis, admin: ReturnType<typeof control>): Promise<string> {
    switch (Math.floor(this.random() * 5)) {
      case 0:
      case 1:
        await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => {})
        return 'subscribers killed'
      case 2:
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes').catch(() => {})
        return 'connections killed'
      case 3: {
        const ms = Math.round(100 + this.random() * 300)
        await admin.call('CLIENT', 'PAUSE', String(ms), 'ALL').catch(() => {})
        await pass(ms)
        return 'clients paused'
      }
      default:
        redis.freeze()
        await pass(100 + this.random() * 400)
        redis.thaw()
        return 'server frozen'
    }
  }
}

function local(cache: Cache, load: Load): Instance {
  return {
    get: key => cache.get(key),
    getOrSet: key => cache.getOrSet<unknown>(key, () => load(key), { tags: [tagOf(key)] }),
    set: (key, value) => cache.set(key, value, { tags: [tagOf(key)] }),
    delete: key => cache.delete(key),
    deleteByTag: tag => cache.deleteByTag(tag),
  }
}

function remote(child: Child, load: Load): Instance {
  child.onLoad = load
  return {
    get: key => child.get(key),
    getOrSet: key => child.call('getOrSet', key, { tags: [tagOf(key)] }),
    set: (key, value) => child.invalidate('set', key, value, { tags: [tagOf(key)] }),
    delete: key => child.invalidate('delete', key),
    deleteByTag: tag => child.invalidate('deleteByTag', tag),
  }
}

function naive(cache: NaiveCache, load: Load): Instance {
  return {
    get: key => cache.get(key),
    getOrSet: key => cache.getOrSet(key, () => load(key)),
    set: (key, value) => cache.set(key, value),
    delete: key => cache.delete(key),
    deleteByTag: async tag => {
      await Promise.all(ALL.filter(key => tagOf(key) === tag).map(key => cache.delete(key)))
      return { status: 'committed', done: Promise.resolve() }
    },
  }
}

function seedOf(): number {
  const given = process.env['TIERCACHE_SEED']
  return given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given)
}

describe('a random history with faults', () => {
  test(
    'holds every promise: bounded staleness, read-your-writes, monotonic reads, no phantom',
    { timeout: 30_000 },
    async () => {
      const seed = seedOf()
      const world = new World(seed)
      await using redis = await OwnRedis.start()
      const options: CacheOptions = { namespace: space(), redis: redis.url, maxStaleness: DELTA_MS }
      await using a = await open(options)
      await using b = await open(options)
      await using c = await open({ ...options, memory: false })
      await using child = await Child.start(options)
      const caches = [a, b, c]
      for (const cache of caches) errorsOf(cache)
      const instances = [...caches.map(cache => local(cache, world.load)), remote(child, world.load)]

      await world.run(instances, redis, 8000)
      await within(5000, 'the deferred', world.settled())
      const { reads, writes, faults } = world.history
      const deferred = writes.filter(({ status }) => status === 'deferred').length
      console.log(
        `history: TIERCACHE_SEED=${seed}, ${reads.length} reads, ${writes.length} writes, ${deferred} deferred, ${faults.length} faults, slowest ${world.slowestMs.toFixed(0)} ms`,
      )
      const violations = check(world.history, DELTA_MS)
      const [first] = violations
      expect(
        violations.length,
        first && `TIERCACHE_SEED=${seed}\n${timeline(world.history, first, DELTA_MS)}`,
      ).toBe(0)
      expect(reads.length).toBeGreaterThan(1000)
      expect(deferred).toBeGreaterThan(0)
      // A lease whose holder lost its connection is waited for, no longer.
      expect(world.slowestMs).toBeLessThan(4000)

      // When all is quiet, every instance and a cold reader have what the database has.
      await pass(DELTA_MS)
      await using cold = await open({ ...options, memory: false })
      for (const key of ALL) {
        const now = { key, version: world.version(key) }
        const stored = await cold.get(key)
        if (stored !== undefined) expect(stored).toEqual(now)
        for (const instance of instances) expect(await instance.getOrSet(key)).toEqual(now)
      }
    },
  )

  test('convicts a naive cache: Map, DEL and PUBLISH', async () => {
    const seed = seedOf()
    const world = new World(seed)
    await using redis = await OwnRedis.start()
    const namespace = space()
    const caches = Array.from({ length: 3 }, () => new NaiveCache(redis.url, namespace))
    const instances = caches.map(cache => naive(cache, world.load))
    try {
      await world.run(instances, redis, 3000)
      await world.missOneMessage(instances, redis)
    } finally {
      for (const cache of caches) cache.close()
    }
    const found = Map.groupBy(check(world.history, DELTA_MS), violation => violation.promise)
    console.log(
      `naive: TIERCACHE_SEED=${seed}, ${[...found].map(([promise, list]) => `${list.length} ${promise}`).join(', ')}`,
    )
    expect(found.get('bound')?.length ?? 0).toBeGreaterThan(0)
    expect(found.get('read-your-writes')?.length ?? 0).toBeGreaterThan(0)
    expect(found.has('phantom')).toBe(false)
    const [first] = found.get('bound') ?? []
    expect(first && timeline(world.history, first, DELTA_MS)).toMatch(
      /^key .*is in Redis.*>>> bound: v\d+, v\d+ expected/s,
    )
  })
})
