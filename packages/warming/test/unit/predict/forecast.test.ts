import { describe, expect, test } from 'vitest'
import { Forecast, type Prediction, Trail } from '../../../src/predict/forecast.ts'
import type { GateView } from '../../../src/predict/gate.ts'
import { chance } from '../../redis/traffic.ts'

/** A memory of a few keys, the oldest of which give way, in front of one that has all; and a forecast between them. */
class Model {
  readonly fetched: string[] = []
  readonly changes: GateView[] = []
  readonly trail = new Trail()
  readonly forecast: Forecast
  misses = 0
  reads = 0
  /** Keys that the tier behind has not. */
  readonly lacking = new Set<string>()
  /** What is fetched lands after so many reads. */
  lag = 0
  refuses = false
  readonly #memory = new Set<string>()
  readonly #capacity: number
  readonly #way: { readonly due: number; readonly prediction: Prediction }[] = []

  constructor({ capacity = 5, depth = 1, precision = 0.9 } = {}) {
    this.#capacity = capacity
    this.forecast = new Forecast(
      { keys: 1024, depth, precision, horizon: 50, hash },
      {
        holds: key => this.#memory.has(key),
        fetch: prediction => {
          if (this.refuses) return false
          this.fetched.push(prediction.key)
          this.#way.push({ due: this.reads + this.lag, prediction })
          return true
        },
        onChange: change => this.changes.push(change),
      },
    )
  }

  read(...keys: readonly string[]): void {
    for (const key of keys) {
      this.land()
      this.reads++
      const held = this.#memory.delete(key)
      if (!held) this.misses++
      const coming = this.#way.some(({ prediction }) => prediction.key === key)
      const known = coming || !this.lacking.has(key)
      this.#memory.add(key)
      this.#trim()
      this.forecast.read(key, held ? 'memory' : known ? 'redis' : 'miss', this.trail)
    }
  }

  /** What is under way arrives, as far as it is due. */
  land(): void {
    for (let [first] = this.#way; first !== undefined && first.due <= this.reads; [first] = this.#way) {
      this.#way.shift()
      const { prediction } = first
      const found = !this.lacking.has(prediction.key)
      if (found) this.#memory.add(prediction.key)
      this.#trim()
      this.forecast.landed(prediction, found)
    }
  }

  #trim(): void {
    for (const key of this.#memory) {
      if (this.#memory.size <= this.#capacity) return
      this.#memory.delete(key)
    }
  }
}

function hash(key: string): number {
  let sum = 7
  for (const char of key) sum = (Math.imul(sum, 31) + (char.codePointAt(0) ?? 0)) >>> 0
  return Math.imul(sum, 0x9e3779b1) | 0
}

/** Whole numbers below `count`, the same each time. */
function numbers(): (count: number) => number {
  const random = chance(1)
  return count => Math.floor(random() * count)
}

const LOOP = Array.from({ length: 20 }, (_, i) => `key:${i}`)

test('keys that always follow each other are fetched before they are asked for', () => {
  const model = new Model()
  for (let round = 0; round < 20; round++) model.read(...LOOP)
  const { misses } = model
  for (let round = 0; round < 20; round++) model.read(...LOOP)
  expect(model.misses).toBe(misses)
  const { counts, fetched, on } = model.forecast
  expect(on).toBe(true)
  expect(counts.used).toBeGreaterThan(400)
  expect(fetched.share).toBe(1)
  // All but the first one are judged: of the last one it is not known yet.
  expect(counts.prefetched - counts.used).toBe(1)
})

test('nothing is fetched before there is evidence, and nothing ever where one key tells nothing of the next', () => {
  const young = new Model()
  for (let round = 0; round < 5; round++) young.read(...LOOP)
  expect(young.forecast.counts.predicted).toBeGreaterThan(20)
  expect(young.fetched).toStrictEqual([])

  const random = numbers()
  const noise = new Model()
  for (let i = 0; i < 20_000; i++) noise.read(`key:${random(40)}`)
  expect(noise.forecast.counts.predicted).toBeGreaterThan(10)
  expect([noise.fetched, noise.changes, noise.forecast.on]).toStrictEqual([[], [], false])
})

test('closes when traffic turns, says so, and opens again by what its shadow would have done', () => {
  const model = new Model({ capacity: 3 })
  const random = numbers()
  const pairs = (count: number, follows: (n: number) => string): void => {
    for (let i = 0; i < count; i++) {
      const n = random(100)
      model.read(`a:${n}`, follows(n), `end:${n}`)
    }
  }
  pairs(3000, n => `b:${n}`)
  expect(model.forecast.on).toBe(true)
  expect(model.forecast.fetched.share).toBeGreaterThan(0.9)
  // Now nothing follows for sure, though chance still brings the same twice in a row.
  const { length } = model.fetched
  for (let i = 0; i < 9000; i++) model.read(`a:${random(100)}`, `b:${random(100)}`, `end:${random(100)}`)
  // Thirty wrong ones for each gate, of which the surest are hardly ever asked.
  expect(model.fetched.length - length).toBeLessThan(250)
  expect(model.forecast.shadowed.share).toBeLessThan(0.9)
  const opened = model.changes.filter(({ open }) => open).length
  const before = model.fetched.length
  pairs(6000, n => `b:${n}`)
  expect(model.changes.filter(({ open }) => open).length).toBeGreaterThan(opened)
  expect(model.fetched.length - before).toBeGreaterThan(3000)
  expect(model.changes.some(({ open }) => !open)).toBe(true)
  for (const { open, precision = 0 } of model.changes)
    if (open) expect(precision).toBeGreaterThanOrEqual(0.92)
    else expect(precision).toBeLessThan(0.9)
})

test('what is wrong counts although it is known later than what is right', () => {
  // Two in three come true at once: judged as they become known, the first hundred would all be right.
  const model = new Model({ capacity: 2 })
  const random = numbers()
  for (let i = 0; i < 9000; i++) {
    const n = random(200)
    model.read(`a:${n}`, random(3) > 0 ? `b:${n}` : `c:${random(1000)}`)
  }
  expect(model.forecast.shadowed.judged).toBeGreaterThan(300)
  expect(model.forecast.shadowed.share).toBeLessThan(0.8)
  expect(model.fetched).toStrictEqual([])
})

describe('a fetch is wrong', () => {
  /** Reads the loop until it is fetched ahead. */
  function opened(model: Model): Model {
    for (let round = 0; round < 20; round++) model.read(...LOOP)
    expect(model.forecast.on).toBe(true)
    return model
  }

  test('when it finds nothing, and is not tried again at once', () => {
    const model = opened(new Model())
    for (const key of LOOP) model.lacking.add(key)
    const { used } = model.forecast.counts
    const { length } = model.fetched
    for (let round = 0; round < 100; round++) model.read(...LOOP)
    expect(model.forecast.counts.used - used).toBeLessThanOrEqual(1)
    expect(model.fetched.length - length).toBeLessThan(50)
  })

  test('when memory has dropped it before it is asked for', () => {
    const model = opened(new Model({ capacity: 5 }))
    const { used } = model.forecast.counts
    const { length } = model.fetched
    // Each fetch is driven out by what others read meanwhile.
    for (let round = 0; round < 60; round++)
      for (const key of LOOP) {
        model.read(key)
        model.land()
        const others = Array.from({ length: 6 }, (_, i) => `${round}:${key}:${i}`)
        const { last } = model.trail
        model.read(...others)
        model.trail.last = last
      }
    expect(model.forecast.counts.used - used).toBeLessThanOrEqual(1)
    expect(model.fetched.length - length).toBeLessThan(50)
  })
})

test('a reader who comes while it is under way waits less, and is counted', () => {
  const model = new Model()
  model.lag = 1
  for (let round = 0; round < 40; round++) model.read(...LOOP)
  const { used, late } = model.forecast.counts
  expect(used).toBeGreaterThan(300)
  expect(late).toBe(used)
  const farther = new Model({ depth: 3 })
  farther.lag = 1
  for (let round = 0; round < 60; round++) farther.read(...LOOP)
  expect(farther.forecast.counts.late).toBeLessThan(farther.forecast.counts.used / 2)
  expect(farther.misses).toBeLessThan(0.6 * farther.reads)
})

test('farther predictions have gates of their own: where two ways part they stay closed', () => {
  const model = new Model({ capacity: 4, depth: 2 })
  const random = numbers()
  for (let i = 0; i < 6000; i++) {
    const n = random(60)
    // b follows a always, what follows b is one of two.
    model.read(`a:${n}`, `b:${n}`, `c:${n}:${random(2)}`, `d:${random(1000)}`)
  }
  const open = model.forecast.gates().filter(gate => gate.open)
  expect(open.length).toBeGreaterThan(0)
  expect(new Set(open.map(({ depth }) => depth))).toStrictEqual(new Set([1]))
  const shut = model.forecast.gates().filter(({ depth, precision }) => depth === 2 && precision !== undefined)
  expect(shut.length).toBeGreaterThan(0)
  expect(model.forecast.fetched.share).toBeGreaterThan(0.9)
})

test('what cannot be fetched now is dropped, and nobody waits for it', () => {
  const model = new Model()
  for (let round = 0; round < 20; round++) model.read(...LOOP)
  model.refuses = true
  const { prefetched, dropped } = { ...model.forecast.counts }
  model.read(...LOOP)
  expect(model.forecast.counts.prefetched).toBe(prefetched)
  expect(model.forecast.counts.dropped).toBeGreaterThan(dropped)
})

test('a key that is read twice in a row says nothing of what follows it', () => {
  const model = new Model({ capacity: 100 })
  for (let round = 0; round < 5; round++) model.read('a', 'a', 'a', 'b')
  // a knows b, and b knows a.
  expect([model.forecast.size, model.forecast.sure]).toStrictEqual([2, 2])
})

test('reads without a trail are not learned from, and still prove a prediction right', () => {
  const model = new Model()
  for (let i = 0; i < 100; i++) model.forecast.read(`key:${i % 5}`, 'memory', undefined)
  expect(model.forecast.size).toBe(0)
  for (let round = 0; round < 20; round++) model.read(...LOOP)
  const { used } = model.forecast.counts
  model.land()
  model.forecast.read('key:0', 'memory', undefined)
  expect(model.forecast.counts.used).toBe(used + 1)
})
