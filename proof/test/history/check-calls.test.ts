import { describe, expect, test } from 'vitest'
import { Story } from './story.ts'

describe('one load at a time (I6)', () => {
  test('two that overlap are one too many; two in a row are not', () => {
    for (const [second, found] of [
      [20, []],
      [19, ['flight']],
    ] as const) {
      const story = new Story()
      story.load(10, 20)
      story.load(second, 40, { instance: 1 })
      // Some read has to concern the key for it to be a key of the history.
      story.read(0, 50)
      expect(story.broken()).toEqual(found)
    }
  })

  test('one that spans several is held against each of them', () => {
    const story = new Story()
    story.load(10, 100)
    story.load(20, 30, { instance: 1 })
    story.load(40, 50, { instance: 2 })
    expect(story.broken()).toEqual(['flight', 'flight'])
  })

  test('an invalidation between the two explains it, up to the margin before the first', () => {
    for (const [committedAt, found] of [
      [910, []],
      [900, []],
      [899, ['flight']],
    ] as const) {
      const story = new Story()
      story.write(1, 850, { t1: committedAt, committedAt })
      story.load(1000, 1050)
      story.load(1020, 1060, { instance: 1 })
      expect(story.broken()).toEqual(found)
    }
  })

  test('an invalidation of another key, or one that comes later, explains nothing', () => {
    const story = new Story()
    story.write(1, 1005, { keys: [['other', 1]] })
    story.write(1, 1031)
    story.load(1000, 1050)
    story.load(1020, 1060, { instance: 1 })
    expect(story.broken()).toEqual(['flight'])
  })

  test('a fault explains it, with the margin around', () => {
    for (const [t0, t1, found] of [
      [0, 900, []],
      [0, 899, ['flight']],
      [1120, 2000, []],
      [1121, 2000, ['flight']],
    ] as const) {
      const story = new Story()
      story.fault(t0, t1)
      story.load(1000, 1050)
      story.load(1020, 1060, { instance: 1 })
      expect(story.broken()).toEqual(found)
    }
  })

  test('a load that failed does not keep others waiting', () => {
    const story = new Story()
    story.load(1000, 1050, { failed: true })
    story.load(1020, 1060, { instance: 1 })
    expect(story.broken()).toEqual([])
  })
})

describe('liveness (I7)', () => {
  test('reads and writes have budgets of their own', () => {
    const story = new Story()
    story.read(0, 100, { t1: 600 })
    story.write(1, 700, { t1: 900, committedAt: 900 })
    expect(story.broken()).toEqual([])
    story.read(1, 1000, { t1: 1500.5 })
    story.write(2, 2000, { t1: 2200.5, committedAt: 2200.5 })
    expect(story.broken()).toEqual(['liveness', 'liveness'])
  })

  test('a call that never settles has no budget that is large enough', () => {
    const story = new Story()
    story.write(1, 100, { t1: Infinity, status: 'pending' })
    story.read(undefined, 100, { t1: Infinity })
    expect(story.broken({ readBudgetMs: 1e9, writeBudgetMs: 1e9 })).toEqual(['liveness', 'liveness'])
  })
})
