import { expect, test } from 'vitest'
import { Staleness } from '../../src/soak/staleness.ts'

const DELTA = 2000

test('a read that answers with what was committed Δ before it is no violation', () => {
  const staleness = watching([
    [7, 1, 1000],
    [7, 2, 2000],
  ])
  staleness.reads(0, facts([7, 2, 4001]))
  expect([staleness.violations, staleness.judged]).toEqual([0, 1])
})

test('an older value is allowed for Δ, and its age is noted', () => {
  const staleness = watching([
    [7, 1, 1000],
    [7, 2, 2000],
  ])
  staleness.reads(0, facts([7, 1, 3999]))
  expect(staleness.violations).toBe(0)
  expect(staleness.worstMs).toBe(1999)
})

test('an older value past Δ is a violation, told with instance, key and versions', () => {
  const staleness = watching([
    [7, 1, 1000],
    [7, 2, 2000],
  ])
  staleness.reads(3, facts([7, 1, 4000]))
  expect(staleness.violations).toBe(1)
  expect(staleness.told[0]).toContain('#3 answered item 7 with v1, where v2')
})

test('what was forgotten still counts, and reads too old for it are not judged', () => {
  const staleness = watching([[7, 5, 1000]])
  staleness.commits(facts([7, 6, 60_000]), 60_000)
  staleness.reads(0, facts([7, 4, 50_000]))
  expect(staleness.violations).toBe(1)
  staleness.reads(0, facts([7, 4, 2500]))
  expect([staleness.violations, staleness.judged]).toEqual([1, 1])
})

function watching(commits: readonly (readonly number[])[]): Staleness {
  const staleness = new Staleness(DELTA)
  staleness.commits(facts(...commits), 2000)
  return staleness
}

function facts(...lists: readonly (readonly number[])[]): Float64Array {
  return new Float64Array(lists.flat())
}
