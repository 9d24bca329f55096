import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Controller } from '../src/controller.ts'
import { fingerprint } from '../src/fingerprint.ts'
import { packState, STATE_BYTES, unpackState } from '../src/key-state.ts'
import { Strain } from '../src/strain.ts'
import { chance } from './support.ts'

describe('the controller', () => {
  /** What is met is a share in proportion to the price's square root, in rare lumps. */
  function settled(target: number, lump: number, seed: number): number {
    const controller = new Controller(target, 1)
    const random = chance(seed)
    let [reads, unwanted] = [0, 0]
    for (let load = 0; load < 200_000; load++) {
      const share = 0.3 * Math.sqrt(controller.price)
      const met = random() < 1 / lump ? Math.min(10, 10 * share * lump) : 0
      controller.note(10, met)
      if (load < 50_000) continue
      reads += 10
      unwanted += met
    }
    return unwanted / reads / target
  }

  test.each([
    [0.02, 1],
    [0.02, 20],
    [0.1, 4],
    [0.001, 20],
  ])('brings a share to a target of %f, however lumpy (%i)', (target, lump) => {
    expect(settled(target, lump, 11)).toBeGreaterThan(0.8)
    expect(settled(target, lump, 11)).toBeLessThan(1.0)
  })

  test('says what it has met, once it knows', () => {
    const controller = new Controller(0.5, 1)
    for (let i = 0; i < 299; i++) controller.note(10, 1)
    expect(controller.achieved).toBe(undefined)
    controller.note(10, 1)
    expect(controller.achieved).toBeCloseTo(0.1)
  })

  test('one disaster makes loads cheap to buy step by step, and is paid in full', () => {
    const controller = new Controller(0.02, 1)
    const round = (unwanted: number): number => {
      const before = controller.price
      for (let i = 0; i < 300; i++) controller.note(10, unwanted)
      return controller.price / before
    }
    expect(round(10)).toBeCloseTo(Math.exp(-0.26))
    expect(round(0)).toBeCloseTo(Math.exp(-0.26))
    for (let i = 0; i < 5; i++) round(0)
    const low = controller.price
    for (let i = 0; i < 60; i++) round(0)
    expect(controller.price).toBeGreaterThan(low)
  })
})

describe('the state of a key', () => {
  const states = fc.record({
    logChanges: fc.float({ min: -40, max: 0, noNaN: true }),
    reads: fc.float({ min: Math.fround(1e-6), max: Math.fround(1e9), noNaN: true }),
    spanMs: fc.float({ min: 1, max: Math.fround(1e12), noNaN: true }),
    samples: fc.integer({ min: 0, max: 127 }),
    fingerprint: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    stretched: fc.boolean(),
  })

  test('comes back from 18 bytes as it was', () => {
    expect(STATE_BYTES).toBe(18)
    fc.assert(
      fc.property(states, state => {
        expect(unpackState(packState(state))).toStrictEqual({ ...state })
      }),
    )
  })

  test('is none where bytes are of somebody else, or mean nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), bytes => {
        const state = unpackState(bytes)
        if (state === undefined) return
        expect(bytes).toHaveLength(STATE_BYTES)
        expect(state.reads / state.spanMs).toBeGreaterThan(0)
        expect(Number.isFinite(state.logChanges)).toBe(true)
      }),
    )
    const bytes = packState({
      logChanges: Number.NaN,
      reads: 1,
      spanMs: 1,
      samples: 1,
      fingerprint: 1,
      stretched: false,
    })
    expect(unpackState(bytes)).toBe(undefined)
    expect(unpackState(undefined)).toBe(undefined)
  })
})

describe('a fingerprint', () => {
  const of = (value: unknown): number => fingerprint(value, undefined)

  test('is the same for equal values, another for others, of every kind that can be stored', () => {
    const kinds = (): unknown[] => [
      null,
      0,
      'text',
      'texT',
      { a: 1, b: [1, 2] },
      { a: 1, b: [2, 1] },
      new Date(5),
      new Date(6),
      new Map([[1, { x: 1 }]]),
      new Set([1]),
      12n,
      Buffer.from('text2'),
      Float64Array.of(1, 2),
    ]
    expect(kinds().map(of)).toStrictEqual(kinds().map(of))
    expect(new Set(kinds().map(of)).size).toBe(kinds().length)
  })

  test('is the version where the value names one', () => {
    const byTag = (value: { tag?: string | number; body: string }): number =>
      fingerprint(value, one => one.tag)
    expect(byTag({ tag: 'v1', body: 'a' })).toBe(byTag({ tag: 'v1', body: 'b' }))
    expect(byTag({ tag: 2, body: 'a' })).not.toBe(byTag({ tag: 3, body: 'a' }))
    expect(byTag({ body: 'a' })).not.toBe(byTag({ body: 'b' }))
  })

  test('is the version that the cache knows, where the value names none', () => {
    const byTag = (value: { tag?: string; body: string }, known: string): number =>
      fingerprint(value, one => one.tag, known)
    expect(byTag({ body: 'a' }, 'v1')).toBe(byTag({ body: 'b' }, 'v1'))
    expect(byTag({ body: 'a' }, 'v1')).not.toBe(byTag({ body: 'a' }, 'v2'))
    expect(byTag({ tag: 't', body: 'a' }, 'v1')).toBe(byTag({ tag: 't', body: 'a' }, 'v2'))
  })

  test('is 0 for what cannot be compared, and for nothing else', () => {
    expect(of({ run: () => 1 })).toBe(0)
    expect(of(new Uint8Array(0))).toBe(1)
  })
})

describe('strain', () => {
  const loaded = (strain: Strain, ms: number, times: number): Strain => {
    for (let i = 0; i < times; i++) strain.note(ms, false)
    return strain
  }

  test('there is none while loads succeed and take about as long as always', () => {
    const strain = loaded(new Strain(4), 20, 100)
    expect(strain.factor).toBe(1)
    expect(loaded(strain, 35, 10).factor).toBe(1)
  })

  test('there is as much as loads are slower, up to the most, and it passes', () => {
    const strain = loaded(new Strain(4), 20, 300)
    const [slow, slower] = [loaded(strain, 80, 25).factor, loaded(strain, 2000, 25).factor]
    expect(slow).toBeGreaterThan(1.3)
    expect(slower).toBe(4)
    expect(loaded(strain, 20, 40).factor).toBe(1)
  })

  test('failing loads are strain, one of many is not', () => {
    const strain = loaded(new Strain(4), 20, 100)
    strain.note(20, true)
    expect(strain.factor).toBe(1)
    for (let i = 0; i < 10; i++) strain.note(20, true)
    expect(strain.factor).toBeGreaterThan(2)
    for (let i = 0; i < 100; i++) strain.note(20, true)
    expect(strain.factor).toBe(4)
    expect(loaded(strain, 20, 40).factor).toBe(1)
  })

  test('the first loads say nothing, nor does anything where it is switched off', () => {
    expect(loaded(loaded(new Strain(4), 1, 5), 1000, 5).factor).toBe(1)
    expect(loaded(loaded(new Strain(1), 1, 300), 1000, 50).factor).toBe(1)
  })
})
