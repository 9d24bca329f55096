import { describe, expect, test } from 'vitest'
import { createChecker, type Checker, type Observation, type Verdict } from '../src/check/checker.ts'

const bound = 2000
const writer = { instance: 'i1', pid: 1 }
const other = { instance: 'i2', pid: 2 }

function writes(checker: Checker, version: number, at: number, settled = true): void {
  checker.acknowledged({ ...writer, versions: { 'job:7': version }, at, settled })
}

function reads(checker: Checker, version: number, begin: number, more: Partial<Observation> = {}): Verdict {
  const end = begin + 1
  return checker.judge({
    ...other,
    path: '/jobs/7',
    tier: 'memory',
    stale: false,
    versions: { 'job:7': version },
    begin,
    end,
    ...more,
  })
}

describe('the bound', () => {
  test('a current value is as old as nothing', () => {
    const checker = createChecker(bound)
    writes(checker, 2, 100)
    expect(reads(checker, 2, 9000)).toEqual({ ageMs: 0, violation: undefined })
  })

  test('a superseded value is within the bound up to Δ and breaks it after', () => {
    const checker = createChecker(bound)
    writes(checker, 2, 100)
    expect(reads(checker, 1, 2100)).toEqual({ ageMs: 2000, violation: undefined })
    expect(reads(checker, 1, 2101).violation).toMatchObject({
      kind: 'bound',
      subject: 'job:7',
      version: 1,
      ageMs: 2001,
    })
  })

  test('a value is as old as the first write that superseded it, not the last', () => {
    const checker = createChecker(bound)
    writes(checker, 2, 100)
    writes(checker, 3, 5000)
    expect(reads(checker, 1, 5100).ageMs).toBe(5000)
    expect(reads(checker, 2, 5100).ageMs).toBe(100)
  })

  test('acknowledgements may arrive out of order', () => {
    const checker = createChecker(bound)
    writes(checker, 3, 100)
    writes(checker, 2, 900)
    expect(reads(checker, 2, 1000).ageMs).toBe(900)
    expect(reads(checker, 1, 1000).ageMs).toBe(900)
  })

  test('a read that was under way when the write was acknowledged may see either', () => {
    const checker = createChecker(0)
    writes(checker, 2, 100)
    expect(reads(checker, 1, 99, { end: 200 })).toEqual({ ageMs: 0, violation: undefined })
  })

  test('a write that is not settled binds nobody but its own instance', () => {
    const checker = createChecker(bound)
    writes(checker, 2, 100, false)
    expect(reads(checker, 1, 9000)).toEqual({ ageMs: 0, violation: undefined })
    expect(reads(checker, 1, 9000, writer).violation?.kind).toBe('own-write')
  })

  test('a list is as old as its oldest part', () => {
    const checker = createChecker(bound)
    writes(checker, 2, 100)
    const list = { path: '/search', versions: { 'jobs-of:1': 4, 'job:7': 1, 'job:8': 1 } }
    expect(reads(checker, 1, 5000, list)).toMatchObject({
      ageMs: 4900,
      violation: { kind: 'bound', subject: 'job:7' },
    })
  })

  test('a read marked stale is measured and not judged', () => {
    const checker = createChecker(bound)
    writes(checker, 2, 100)
    expect(reads(checker, 1, 9000, { stale: true })).toEqual({ ageMs: 8900, violation: undefined })
    expect(reads(checker, 1, 9000, { ...writer, stale: true }).violation).toBeUndefined()
  })
})

describe('own writes', () => {
  test('the instance that acknowledged a write shows it from then on', () => {
    const checker = createChecker(bound)
    writes(checker, 2, 100)
    expect(reads(checker, 1, 101, writer).violation?.kind).toBe('own-write')
    expect(reads(checker, 1, 101, other).violation).toBeUndefined()
  })

  test('a respawned process owes nothing to the writes of the one before', () => {
    const checker = createChecker(bound)
    writes(checker, 2, 100)
    expect(reads(checker, 1, 101, { ...writer, pid: 99 }).violation).toBeUndefined()
  })
})

describe('going backwards', () => {
  test('an instance that has shown an acknowledged version shows no older one', () => {
    const checker = createChecker(bound)
    writes(checker, 2, 100)
    reads(checker, 2, 150)
    expect(reads(checker, 1, 200).violation?.kind).toBe('backwards')
  })

  test('it may if the newer one was not acknowledged when it was shown, or the reads overlapped', () => {
    const unacknowledged = createChecker(bound)
    reads(unacknowledged, 2, 50)
    writes(unacknowledged, 2, 100)
    expect(reads(unacknowledged, 1, 200).violation).toBeUndefined()

    const overlapping = createChecker(bound)
    writes(overlapping, 2, 100)
    reads(overlapping, 2, 150, { end: 300 })
    expect(reads(overlapping, 1, 200).violation).toBeUndefined()
  })

  test('two instances, or two entries with the same row, are no sequence', () => {
    const checker = createChecker(bound)
    writes(checker, 2, 100)
    reads(checker, 2, 150)
    expect(reads(checker, 1, 200, { instance: 'i3', pid: 3 }).violation).toBeUndefined()
    expect(reads(checker, 1, 200, { path: '/search?city=1' }).violation).toBeUndefined()
  })
})

test('a read past the cache that misses an acknowledged write is the fault of the demo', () => {
  const checker = createChecker(bound)
  writes(checker, 2, 100)
  expect(reads(checker, 1, 101, { tier: 'none' }).violation?.kind).toBe('database')
})
