import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { Ghosts } from '../../src/memory/ghosts.ts'
import { FrequencySketch } from '../../src/memory/sketch.ts'
import { hash, hitRatio, randomOf, tierOf, zipf } from './support.ts'

// The models are slow, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 })

/** The policy in plain lists, newest first, as slow as it likes. It shares what is inexact by design: the sketch and the ghosts. */
class Model {
  readonly evicted: string[] = []
  readonly #max: number
  #lists: string[][] = [[], [], []]
  readonly #uses = new Map<string, number>()
  #sketch = new FrequencySketch(0)
  #refused = new Ghosts(0)
  #dropped = new Ghosts(0)
  #share = 0.1
  #untilHalved = 0

  constructor(max: number) {
    this.#max = max
  }

  has(id: string): boolean {
    return this.#uses.has(id)
  }

  hit(id: string): void {
    this.#use(id)
    const list = this.#lists.findIndex(ids => ids.includes(id))
    this.#leave(id)
    this.#lists[list === 1 ? 2 : list]?.unshift(id)
    if (list === 1) this.#bound()
  }

  insert(id: string): void {
    this.#uses.set(id, this.#sketch.of(hash(id)))
    const kept = this.#kept
    this.#use(id)
    const [refused, dropped] = [this.#refused.count, this.#dropped.count]
    let list = 0
    if (this.#refused.take(hash(id))) {
      this.#share = Math.min(0.9, this.#share + Math.max(1, dropped / refused) / (kept + 1))
      list = 1
    } else if (this.#dropped.take(hash(id))) {
      this.#share = Math.max(0.01, this.#share - Math.max(1, refused / dropped) / (kept + 1))
      list = 2
    }
    this.#lists[list]?.unshift(id)
    this.#bound()
    if (this.#kept <= this.#max) {
      while (this.#list(0).length > this.#window) this.#pass(0, 1)
      return
    }
    this.#evict(id)
  }

  delete(id: string): void {
    this.#leave(id)
    this.#sketch.raise(hash(id), this.#uses.get(id) ?? 0)
    this.#uses.delete(id)
  }

  #evict(newcomer: string): void {
    if (this.#sketch.capacity === 0) {
      this.#sketch = new FrequencySketch(this.#kept)
      this.#refused = new Ghosts(Math.floor(this.#kept / 3))
      this.#dropped = new Ghosts(Math.floor(this.#kept / 3))
    }
    const [probation, safe] = [this.#list(1).at(-1), this.#list(2).at(-1)]
    const old = probation === undefined || probation === newcomer ? safe : probation
    const victim = old === newcomer ? undefined : old
    const candidate = this.#list(0).at(-1)
    const contest = candidate !== undefined && candidate !== newcomer
    if (victim !== undefined && (!contest || this.#list(0).length <= this.#window))
      return this.#drop(victim, this.#dropped)
    if (candidate === undefined || !contest) throw new Error('nothing to evict')
    if (victim === undefined || (this.#uses.get(candidate) ?? 0) <= (this.#uses.get(victim) ?? 0))
      return this.#drop(candidate, this.#refused)
    this.#pass(0, 1)
    this.#drop(victim, this.#dropped)
  }

  #drop(id: string, ghosts: Ghosts): void {
    ghosts.add(hash(id))
    this.delete(id)
    this.evicted.push(id)
  }

  #use(id: string): void {
    this.#uses.set(id, Math.min(15, (this.#uses.get(id) ?? 0) + 1))
    if (--this.#untilHalved > 0) return
    this.#untilHalved = 20 * Math.max(1, this.#kept)
    this.#sketch.halve()
    for (const [one, uses] of this.#uses) this.#uses.set(one, uses >>> 1)
  }

  #bound(): void {
    while (this.#list(2).length > Math.max(1, 0.5 * (this.#kept - this.#window))) this.#pass(2, 1)
  }

  #pass(from: number, to: number): void {
    this.#list(to).unshift(...this.#list(from).splice(-1))
  }

  #leave(id: string): void {
    this.#lists = this.#lists.map(ids => ids.filter(one => one !== id))
  }

  #list(index: number): string[] {
    return this.#lists[index] ?? []
  }

  get #kept(): number {
    return this.#lists.reduce((sum, ids) => sum + ids.length, 0)
  }

  get #window(): number {
    return Math.max(1, this.#share * this.#kept)
  }
}

describe('the adaptive policy', () => {
  test('evicts what a slow model of it evicts, in that order', () => {
    const step = fc.tuple(fc.boolean(), fc.nat(60), fc.nat(9))
    const sizes = fc.integer({ min: 1, max: 30 })
    fc.assert(
      fc.property(sizes, fc.array(step, { maxLength: 400, size: 'max' }), (max, all) => {
        const { memory, evicted } = tierOf('adaptive', max)
        const model = new Model(max)
        for (const [popular, number, kind] of all) {
          const id = `k${popular ? number % 8 : number}`
          if (kind === 0) {
            expect(memory.delete(id)).toBe(model.has(id))
            if (model.has(id)) model.delete(id)
          } else if (memory.get(id) === undefined) {
            expect(model.has(id)).toBe(false)
            memory.set(id, { bytes: 1 })
            model.insert(id)
          } else {
            model.hit(id)
          }
          expect(evicted).toStrictEqual(model.evicted)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('keeps the keys that are used, whatever is read once beside them', () => {
    const { memory } = tierOf('adaptive', 500)
    const random = randomOf(1)
    const popular = zipf(2000, 1, random)
    const alone = function* (reads: number): Generator<string> {
      for (let i = 0; i < reads; i++) yield `k${popular()}`
    }
    let scanned = 0
    const flooded = function* (reads: number): Generator<string> {
      for (const id of alone(reads)) {
        yield id
        for (let i = 0; i < 5; i++) yield `once${scanned++}`
      }
    }
    hitRatio(memory, alone(20_000))
    const before = hitRatio(memory, alone(20_000))
    for (const id of flooded(20_000)) if (memory.get(id) === undefined) memory.set(id, { bytes: 1 })
    const after = hitRatio(memory, alone(2000))
    expect(before).toBeGreaterThan(0.75)
    expect(after).toBeGreaterThan(before - 0.08)
  })

  test('finds the window that a loop, a scan and a stream of news ask for', () => {
    const news = function* (reads: number): Generator<string> {
      for (let i = 0; i < reads; i++) {
        yield `n${i}`
        if (i > 30) yield `n${i - 30}`
      }
    }
    const loop = function* (reads: number): Generator<string> {
      for (let i = 0; i < reads; i++) yield `l${i % 150}`
    }
    const { memory } = tierOf('adaptive', 100)
    hitRatio(memory, news(5000))
    expect(hitRatio(memory, news(20_000))).toBeGreaterThan(0.45)
    hitRatio(memory, loop(20_000))
    expect(hitRatio(memory, loop(20_000))).toBeGreaterThan(0.25)
  })

  test('tells first what is read again and again, and last what was read once', () => {
    const { memory } = tierOf('adaptive', 100)
    for (let i = 0; i < 30; i++) memory.set(`hot${i}`, { bytes: 1 })
    for (let round = 0; round < 3; round++) for (let i = 0; i < 30; i++) memory.get(`hot${i}`)
    for (let i = 0; i < 60; i++) memory.set(`once${i}`, { bytes: 1 })
    const ids = Array.from(memory.entries(), ([id]) => id)
    expect(ids.slice(0, 30).every(id => id.startsWith('hot'))).toBe(true)
    expect(ids).toHaveLength(90)
  })

  test('forgets what was popular once', () => {
    const { memory } = tierOf('adaptive', 200)
    const random = randomOf(5)
    const day = function* (name: string): Generator<string> {
      const popular = zipf(1000, 1, random)
      for (let i = 0; i < 20_000; i++) yield `${name}${popular()}`
    }
    hitRatio(memory, day('monday'))
    hitRatio(memory, day('tuesday'))
    const days = new Map<string, number>()
    for (const [id] of memory.entries()) {
      const name = id.replace(/\d+/, '')
      days.set(name, (days.get(name) ?? 0) + 1)
    }
    expect(days.get('monday') ?? 0).toBeLessThan(10)
  })
})
