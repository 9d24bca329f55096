import { describe, expect, test } from 'vitest'
import { check } from '../../src/history/check.ts'
import { BOUNDS, Story } from './story.ts'

describe('the bound (I1)', () => {
  /** Version 1 was committed by #0 at 100; #1 answers with version 0. */
  const staleAt = (t0: number, more = {}): Story => {
    const story = new Story()
    story.write(1, 90, { t1: 100 })
    story.read(0, t0, { instance: 1, ...more })
    return story
  }

  test('an older version may be answered until Δ and the slack after the commit, and not a moment longer', () => {
    expect(staleAt(100 + 1000 + 10).broken()).toEqual([])
    expect(staleAt(100 + 1000 + 10.001).broken()).toEqual(['bound'])
  })

  test('is measured from when the read was called, however long it takes', () => {
    expect(staleAt(1100, { t1: 1500 }).broken()).toEqual([])
  })

  test('the committed version, or a newer one, is always right', () => {
    const story = new Story()
    story.write(1, 90)
    story.write(2, 95)
    story.read(1, 200, { instance: 1 })
    story.read(2, 5000, { instance: 1 })
    expect(story.broken()).toEqual([])
  })

  test('does not bind before the commit: a write that is still under way, deferred or failed binds nobody', () => {
    for (const status of ['pending', 'deferred', 'failed'] as const) {
      const story = new Story()
      story.write(1, 90, { status, ...(status === 'pending' && { t1: Infinity }) })
      story.read(0, 9000, { instance: 1 })
      expect(story.broken({ writeBudgetMs: Infinity })).toEqual([])
    }
  })

  test('binds a deferred write from its replay on', () => {
    for (const [t0, found] of [
      [3010, []],
      [3011, ['bound']],
    ] as const) {
      const story = new Story()
      story.write(1, 90, { status: 'deferred', committedAt: 2000 })
      story.read(0, t0, { instance: 1 })
      expect(story.broken()).toEqual(found)
    }
  })

  test('takes the newest of what was committed, in whatever order it was committed', () => {
    const story = new Story()
    story.write(2, 90)
    story.write(1, 80, { t1: 400, committedAt: 400 })
    story.read(1, 1200, { instance: 1 })
    const [violation] = check(story.history, BOUNDS)
    expect(violation).toMatchObject({ invariant: 'bound', key: 'k', because: story.history.writes[0] })
    expect(violation?.message).toContain('answered v1, v2 or newer was due')
  })

  test('concerns every key of a call, each with its own version', () => {
    const story = new Story()
    const keys = [
      ['a', 1],
      ['b', 7],
    ] as const
    story.write(0, 90, { keys, how: 'tag' })
    story.read(0, 2000, { key: 'a', instance: 1 })
    story.write(0, 10, { keys: [['b', 6]] })
    story.read(6, 2000, { key: 'b', instance: 2 })
    story.read(7, 2000, { key: 'b', instance: 3 })
    expect(story.broken()).toEqual(['bound', 'bound'])
  })

  test('does not concern an answer that says it is stale, nor one that is empty', () => {
    expect(staleAt(2000, { stale: true }).broken()).toEqual([])
    expect(staleAt(2000, { version: undefined }).broken()).toEqual([])
  })
})

describe('read-your-writes (I2)', () => {
  test('binds the caller as soon as its call has settled, whatever became of it', () => {
    for (const status of ['committed', 'deferred'] as const) {
      const story = new Story()
      story.write(1, 90, { status, t1: 100, committedAt: Infinity })
      story.read(0, 100)
      expect(story.broken()).toEqual([])
      story.read(0, 100.5)
      expect(story.broken()).toEqual(['read-your-writes'])
    }
  })

  test('does not bind a read that was called while the write was under way', () => {
    const story = new Story()
    story.write(1, 90, { t1: 200, committedAt: 200 })
    story.read(0, 150, { t1: 400 })
    expect(story.broken()).toEqual([])
  })

  test('does not bind by a call that failed', () => {
    const story = new Story()
    story.write(1, 90, { status: 'failed' })
    story.read(0, 200)
    expect(story.broken()).toEqual([])
  })

  test('binds neither another instance nor the same one in another life', () => {
    const story = new Story()
    story.write(1, 90)
    story.read(0, 200, { instance: 1 })
    story.read(0, 200, { life: 1 })
    expect(story.broken()).toEqual([])
  })

  test('a stale answer is bound by a delete, not by an expire', () => {
    for (const [soft, found] of [
      [false, ['read-your-writes']],
      [true, []],
    ] as const) {
      const story = new Story()
      story.write(1, 90, { soft })
      story.read(0, 200, { stale: true })
      expect(story.broken()).toEqual(found)
    }
  })

  test('a fresh answer is bound by an expire', () => {
    const story = new Story()
    story.write(1, 90, { soft: true })
    story.read(0, 200)
    expect(story.broken()).toEqual(['read-your-writes'])
  })
})

describe('settled (I3)', () => {
  const settledRead = (version: number | undefined, more = {}): Story => {
    const story = new Story()
    story.write(1, 90)
    story.read(version, 5000, { instance: 1, settled: true, ...more })
    return story
  }

  test('an answer must be what the database has, and fresh', () => {
    expect(settledRead(1).broken()).toEqual([])
    expect(settledRead(1, { stale: true }).broken()).toEqual(['settled'])
    expect(settledRead(0).broken()).toEqual(['settled', 'bound'])
  })

  test('a look may find nothing, a call with a loader may not', () => {
    expect(settledRead(undefined, { how: 'get' }).broken()).toEqual([])
    expect(settledRead(undefined).broken()).toEqual(['settled'])
  })

  test('a row that was never written has version 0', () => {
    const story = new Story()
    story.read(0, 5000, { settled: true })
    expect(story.broken()).toEqual([])
  })

  test('holds for what was written last, though it never reached Redis', () => {
    const story = new Story()
    story.write(1, 90)
    story.write(2, 95, { status: 'failed' })
    story.read(1, 5000, { instance: 1, settled: true })
    expect(check(story.history, BOUNDS)).toMatchObject([
      { invariant: 'settled', because: story.history.writes[1] },
    ])
  })
})

describe('monotonic reads (I4)', () => {
  /** Version 1 is committed at 95. #1 reads `first`, then `second`. */
  const twice = (first: object, second: object): Story => {
    const story = new Story()
    story.write(1, 90)
    story.read(1, 100, { instance: 1, ...first })
    story.read(0, 200, { instance: 1, ...second })
    return story
  }

  test('an instance that has seen a committed version does not go back behind it', () => {
    expect(twice({}, {}).broken()).toEqual(['monotonic'])
  })

  test('of two reads at the same time either may be the first', () => {
    expect(twice({ t1: 200 }, { t0: 200 }).broken()).toEqual([])
    expect(twice({ t1: 200 }, { t0: 200.5 }).broken()).toEqual(['monotonic'])
  })

  test('what was not committed when it was read binds nobody', () => {
    expect(twice({ t0: 94 }, {}).broken()).toEqual([])
  })

  test('holds per instance and life, and for fresh answers', () => {
    expect(twice({}, { instance: 2 }).broken()).toEqual([])
    expect(twice({}, { life: 1 }).broken()).toEqual([])
    expect(twice({ stale: true }, {}).broken()).toEqual([])
    expect(twice({}, { stale: true }).broken()).toEqual([])
  })
})

describe('phantoms (I5)', () => {
  test('a value of another key', () => {
    const story = new Story()
    story.read(0, 100, { valueKey: 'other' })
    expect(story.broken()).toEqual(['phantom'])
  })

  test('a version that the database never had, or not yet', () => {
    const story = new Story()
    story.read(3, 100)
    story.read(-1, 100)
    story.write(1, 200)
    story.read(1, 100, { t1: 199 })
    expect(story.broken()).toEqual(['phantom', 'phantom', 'phantom'])
  })

  test('a version that came while the read was under way is right', () => {
    const story = new Story()
    story.write(1, 200)
    story.read(1, 100, { t1: 200 })
    expect(story.broken()).toEqual([])
  })

  test('every row has version 0 from the beginning, also one that says so in a write', () => {
    const story = new Story()
    story.write(0, 500)
    story.read(0, 100)
    expect(story.broken()).toEqual([])
  })
})

describe('stale answers (I8)', () => {
  test('have an end: ttl, grace and Δ after the version was no longer the last', () => {
    for (const [t0, found] of [
      [95 + 3000 + 1000 + 10, []],
      [95 + 3000 + 1000 + 10.5, ['stale']],
    ] as const) {
      const story = new Story()
      story.write(1, 90, { soft: true })
      story.read(0, t0, { instance: 1, stale: true })
      expect(story.broken()).toEqual(found)
    }
  })

  test('are not measured by what was written after', () => {
    const story = new Story()
    story.write(1, 90, { soft: true })
    story.write(2, 9000, { soft: true })
    story.read(1, 9500, { instance: 1, stale: true })
    expect(story.broken()).toEqual([])
  })
})

test('a history without trouble has none, and tens of thousands of reads are checked in no time', () => {
  const story = new Story()
  for (let i = 1; i <= 2000; i++) story.write(i, i * 10, { keys: [[`k${i % 20}`, i]], instance: i % 5 })
  for (let i = 1; i <= 40_000; i++) {
    const write = Math.floor(i / 20)
    const key = `k${write % 20}`
    story.read(write === 0 || key === 'k0' ? undefined : write, i * 0.5 + 6, {
      key,
      instance: i % 5,
      t1: i * 0.5 + 7,
    })
  }
  const from = performance.now()
  expect(story.broken()).toEqual([])
  expect(performance.now() - from).toBeLessThan(2000)
})
