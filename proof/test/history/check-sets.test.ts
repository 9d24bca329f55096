import { describe, expect, test } from 'vitest'
import { Story } from './story.ts'

describe('a set that was not confirmed', () => {
  /** Set as version 1 by #0, deferred, made good at 1000. #1 deletes as version 2. Somebody reads version 1. */
  const story = (t0: number, more = {}): Story => {
    const told = new Story()
    told.write(1, 90, { how: 'set', status: 'deferred', committedAt: 1000 })
    told.write(2, 200, { instance: 1 })
    told.read(1, t0, { instance: 1, ...more })
    return told
  }

  test('may be carried out late: its value is excused until it is made good, and Δ', () => {
    expect(story(2010).broken()).toEqual([])
    expect(story(2011).broken()).toEqual(['read-your-writes', 'bound'])
  })

  test('excuses nothing that is older', () => {
    expect(story(1500, { version: 0 }).broken()).toEqual(['read-your-writes', 'bound'])
  })

  test('is one that failed, too; one that was confirmed, and a delete, are not', () => {
    for (const [how, status, found] of [
      ['set', 'failed', []],
      ['set', 'committed', ['read-your-writes', 'bound']],
      ['delete', 'deferred', ['read-your-writes', 'bound']],
    ] as const) {
      const told = new Story()
      told.write(1, 90, { how, status, committedAt: 1900 })
      told.write(2, 200, { instance: 1 })
      told.read(1, 1500, { instance: 1 })
      expect(told.broken()).toEqual(found)
    }
  })
})
