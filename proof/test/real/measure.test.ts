import { describe, expect, test } from 'vitest'
import { drainTimes, loadsPerInvalidation, propagation, spreadOf, staleness } from '../../src/real/measure.ts'
import { Story } from '../history/story.ts'

describe('staleness', () => {
  test('is how long ago the next version had been committed', () => {
    const story = new Story()
    story.write(1, 95, { t1: 100, committedAt: 100 })
    story.write(2, 195, { t1: 200, committedAt: 200 })
    story.read(0, 99)
    story.read(0, 400)
    story.read(1, 250)
    story.read(2, 900)
    expect(staleness(story.history)).toEqual([300, 50])
  })

  test('counts from the first commit of anything newer', () => {
    const story = new Story()
    story.write(1, 90, { status: 'deferred', committedAt: 500 })
    story.write(2, 95, { t1: 100, committedAt: 100 })
    story.read(0, 150)
    expect(staleness(story.history)).toEqual([50])
  })

  test('does not count what says it is stale, finds nothing, or was set without being confirmed', () => {
    const story = new Story()
    story.write(1, 50, { how: 'set', status: 'deferred', committedAt: 800 })
    story.write(2, 95)
    story.read(0, 400, { stale: true })
    story.read(undefined, 400)
    story.read(1, 400)
    expect(staleness(story.history)).toEqual([])
  })
})

describe('propagation', () => {
  const history = (): Story['history'] => {
    const story = new Story()
    story.write(1, 100)
    story.write(1, 200, { how: 'tag', name: 'red', keys: [['a', 1]] })
    return story.history
  }

  test('is from the call until each other instance hears of it, once', () => {
    const heard = [
      { instance: 1, at: 103, names: ['k'] },
      { instance: 2, at: 104, names: ['k'] },
      { instance: 2, at: 180, names: ['k'] },
      { instance: 1, at: 207, names: ['red'] },
      { instance: 0, at: 207, names: ['red'] },
      { instance: 1, at: 50, names: ['k'] },
    ]
    expect(propagation(history(), heard, 0, Infinity)).toEqual([3, 4, 7])
  })

  test('is of the time asked for', () => {
    const heard = [
      { instance: 1, at: 103, names: ['k'] },
      { instance: 1, at: 207, names: ['red'] },
    ]
    expect(propagation(history(), heard, 150, 300)).toEqual([7])
  })
})

test('loads per invalidation: between it and the next of the same row, where there were any', () => {
  const story = new Story()
  story.write(1, 100)
  story.write(2, 200)
  story.write(3, 300)
  story.load(50, 60)
  story.load(110, 120)
  story.load(115, 125, { instance: 1 })
  story.load(310, 320)
  story.load(330, 340, { failed: true })
  expect(loadsPerInvalidation(story.history)).toEqual([2, 1])
})

test('drain times: from the answer "deferred" until it is in Redis', () => {
  const story = new Story()
  story.write(1, 100, { status: 'deferred', t1: 250, committedAt: 900 })
  story.write(2, 100, { status: 'deferred' })
  story.write(3, 100)
  expect(drainTimes(story.history)).toEqual([650])
})

test('a spread', () => {
  expect(spreadOf([])).toEqual({ count: 0, p50: 0, p99: 0, max: 0 })
  expect(spreadOf(Array.from({ length: 100 }, (_, i) => 99 - i))).toEqual({
    count: 100,
    p50: 50,
    p99: 99,
    max: 99,
  })
})
