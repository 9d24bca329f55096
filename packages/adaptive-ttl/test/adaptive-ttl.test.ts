import { describe, expect, test } from 'vitest'
import { type AdaptiveTtl, adaptiveTtl, type AdaptiveTtlOptions } from '../src/index.ts'
import { contextOf, errorOf, HOUR, MINUTE, play, type Step } from './support.ts'

const open = { minTtl: '1ms', maxTtl: '365d' } as const
const steps = (count: number, valueAt: (i: number) => unknown, more: object = {}): Step<unknown>[] =>
  Array.from({ length: count }, (_, i) => ({ value: valueAt(i), ...more }))

/** The ttl after 40 loads, each a minute after the one before. */
function after40(policy: AdaptiveTtl, changesEvery: number, hits: number): number {
  const played = play(
    policy,
    steps(40, i => Math.floor(i / changesEvery), { ageMs: MINUTE, previous: { hits } }),
  )
  return played.at(-1) ?? 0
}

describe('a ttl', () => {
  test('begins as said, before anything is known', () => {
    expect(
      play(
        adaptiveTtl({ initialTtl: '2m' }),
        steps(1, () => 1),
      ),
    ).toStrictEqual([2 * MINUTE])
    expect(
      play(
        adaptiveTtl(),
        steps(1, () => 1),
      ),
    ).toStrictEqual([30_000])
    expect(
      play(
        adaptiveTtl({ staleAge: '1s' }),
        steps(1, () => 1),
      ),
    ).toStrictEqual([30_000])
  })

  test('is shorter the more often a value changes, and the more often it is read', () => {
    const ttls = [1, 2, 4, 8].map(every => after40(adaptiveTtl(open), every, 20))
    expect(ttls).toStrictEqual(ttls.toSorted((a, b) => a - b))
    expect(new Set(ttls).size).toBe(4)
    expect(after40(adaptiveTtl(open), 4, 500)).toBeLessThan(after40(adaptiveTtl(open), 4, 5))
  })

  test('stays within its bounds; those of one call share what is learnt with the others', () => {
    const policy = adaptiveTtl({ minTtl: '20s', maxTtl: '2m' })
    const calm = steps(40, () => 1, { ageMs: HOUR })
    expect(after40(policy, 1, 1e6)).toBe(20_000)
    expect(play(policy, calm).at(-1)).toBe(2 * MINUTE)
    const narrow = policy.within({ maxTtl: '25s' })
    expect(play(narrow, calm).at(-1)).toBe(25_000)
    expect(narrow.stats()).toStrictEqual(policy.stats())
    expect(errorOf(() => policy.within({ maxTtl: '1s' })).path).toBe('maxTtl')
  })

  test('leaves no more than the chance of a change that was allowed', () => {
    const changing = (mostChance: number): number => after40(adaptiveTtl({ ...open, mostChance }), 1, 0)
    expect(changing(0.01)).toBeLessThan(changing(0.5))
  })

  test('is longer for what is dear to load', () => {
    const cost = (value: unknown, { key }: { key: string }): number => (key === 'k' ? 4 : 1)
    const dear = after40(adaptiveTtl({ ...open, cost, mostChance: 0.99 }), 8, 1000)
    expect(dear / after40(adaptiveTtl({ ...open, mostChance: 0.99 }), 8, 1000)).toBeCloseTo(2, 0)
    expect(
      errorOf(() =>
        play(
          adaptiveTtl({ cost: () => -1 }),
          steps(1, () => 1),
        ),
      ),
    ).toMatchObject({
      code: 'E_OPTION',
      path: 'cost',
    })
  })
})

describe('a change', () => {
  const last = (options: AdaptiveTtlOptions<never>, list: readonly Step<unknown>[]): number =>
    play(adaptiveTtl({ ...open, ...options } as AdaptiveTtlOptions), list).at(-1) ?? 0

  test('is another value, or another version where values have one', () => {
    const same = steps(20, () => ({ version: 1, body: 'a' }), { ageMs: MINUTE })
    const otherBody = steps(20, i => ({ version: 1, body: `${i}` }), { ageMs: MINUTE })
    const version = (value: { version: number }): number => value.version
    expect(last({}, same)).toBeGreaterThan(3 * last({}, otherBody))
    expect(last({ version: version as never }, otherBody)).toBe(last({ version: version as never }, same))
  })

  test('is none where the loader says so', () => {
    const list = (notModified: boolean): Step<unknown>[] =>
      steps(20, i => i, { ageMs: MINUTE, more: { notModified } })
    expect(last({}, list(true))).toBeGreaterThan(3 * last({}, list(false)))
  })

  test('that cannot be seen teaches nothing; an invalidation of such a value is one', () => {
    const list = (previous: object): Step<unknown>[] =>
      steps(20, () => () => 1, { ageMs: MINUTE, previous: { hits: 1, ...previous } })
    const unseen = last({}, list({}))
    expect(
      unseen /
        last(
          {},
          steps(1, () => 1),
        ),
    ).toBeGreaterThan(0.5)
    expect(last({}, list({ invalidatedMs: 1000 }))).toBeLessThan(unseen / 2)
  })

  test('that was invalidated counts for the key, and costs no reader anything', () => {
    const list = (invalidatedMs: number | undefined): Step<unknown>[] =>
      steps(1000, i => i, { ageMs: MINUTE, previous: { hits: 100, ttlMs: MINUTE, invalidatedMs } })
    const policies = [adaptiveTtl(open), adaptiveTtl(open)]
    for (const [i, at] of [undefined, MINUTE / 2].entries()) play(policies[i] ?? adaptiveTtl(), list(at))
    expect(policies[0]?.stats().achieved).toBeGreaterThan(0.2)
    expect(policies[1]?.stats().achieved).toBe(0)
    expect(last({}, list(MINUTE / 2).slice(0, 30))).toBeLessThan(
      last(
        {},
        steps(30, () => 1, { ageMs: MINUTE }),
      ),
    )
  })

  test('whose time is known says more: an old one that readers did see, a new one that they did not', () => {
    const achieved = (agoMs: number): number | undefined => {
      const policy = adaptiveTtl<number>({ modifiedAt: () => 1e9 - agoMs, now: () => 1e9 })
      play(policy, steps(400, i => i, { ageMs: MINUTE, previous: { hits: 100, ttlMs: MINUTE } }) as never)
      return policy.stats().achieved
    }
    expect(achieved(0)).toBe(0)
    expect(achieved(MINUTE / 2)).toBeCloseTo(0.5, 1)
    expect(achieved(HOUR)).toBeCloseTo(1, 1)
  })
})

test('a target of age accounts in ms', () => {
  const policy = adaptiveTtl<number>({ staleAge: '5s', modifiedAt: () => 1e9 - MINUTE / 2, now: () => 1e9 })
  play(policy, steps(400, i => i, { ageMs: MINUTE, previous: { hits: 1000, ttlMs: MINUTE } }) as never)
  // Half of all reads, out of date for a quarter of a minute on average.
  expect(policy.stats()).toMatchObject({ target: 5000, achieved: expect.closeTo(7500, -2) as number })
})

test('where nobody counts reads they are told from how long the next one is waited for', () => {
  const seen = (waitMs: number): number => {
    const policy = adaptiveTtl(open)
    const list = steps(40, i => Math.floor(i / 8), {
      ageMs: MINUTE + waitMs,
      previous: { hits: undefined, ttlMs: MINUTE },
    })
    return play(policy, list).at(-1) ?? 0
  }
  expect(seen(50)).toBeLessThan(seen(30_000))
})

test('new keys begin where most keys are', () => {
  const policy = adaptiveTtl(open)
  const first =
    play(
      policy,
      steps(1, () => 0),
    )[0] ?? 0
  for (let key = 0; key < 200; key++)
    play(
      policy,
      steps(10, () => 0, { ageMs: HOUR, previous: { hits: 3 } }),
    )
  expect(policy.stats().usualChangeEveryMs).toBeGreaterThan(HOUR)
  expect(
    play(
      policy,
      steps(1, () => 0),
    )[0],
  ).toBeGreaterThan(first)
})

test('while loads fail lifetimes are longer, within bounds, and that is not held against the price', () => {
  const policy = adaptiveTtl({ stretch: 3 })
  const [before = 0] = play(
    policy,
    steps(1, () => 1),
  )
  for (let i = 0; i < 50; i++) policy.failed({ key: 'k', loadMs: 10 })
  const decided = policy(1, contextOf())
  expect(Number(decided.ttl)).toBeGreaterThan(2.5 * before)
  expect(policy.explain(decided.state)?.stretched).toBe(true)
  expect(policy.stats().stretch).toBeGreaterThan(2.5)
  expect(policy.within({ maxTtl: '40s' })(1, contextOf()).ttl).toBe(40_000)
  for (let i = 0; i < 400; i++)
    policy(i, contextOf({ ageMs: MINUTE, ttlMs: MINUTE, hits: 100, state: decided.state }))
  expect(policy.stats().achieved).toBe(undefined)
})

test('what is known of a key can be told', () => {
  const policy = adaptiveTtl(open)
  let state: Uint8Array | undefined
  for (let i = 0; i < 60; i++) {
    state = policy(Math.floor(i / 10), contextOf({ ageMs: MINUTE, hits: 119, ttlMs: MINUTE, state })).state
  }
  const told = policy.explain(state ?? new Uint8Array())
  expect(told).toMatchObject({ loads: 59, stretched: false })
  expect(Number(told?.['readEveryMs'])).toBeCloseTo(500, -1)
  expect(Number(told?.['changeEveryMs'])).toBeGreaterThan(3 * MINUTE)
  expect(Number(told?.['changeEveryMs'])).toBeLessThan(40 * MINUTE)
  expect(policy.explain(new Uint8Array(3))).toBe(undefined)
})

test.each<[string, string, object]>([
  ['E_OPTION', 'staleTarget', { staleTarget: 0 }],
  ['E_OPTION', 'staleTarget', { staleTarget: 1 }],
  ['E_OPTION', 'staleTarget', { staleTarget: '2%' }],
  ['E_OPTION', 'staleAge', { staleTarget: 0.1, staleAge: '1s' }],
  ['E_TTL', 'staleAge', { staleAge: 'soon' }],
  ['E_TTL', 'initialTtl', { initialTtl: 0 }],
  ['E_OPTION', 'minTtl', { minTtl: '2d' }],
  ['E_OPTION', 'maxTtl', { minTtl: '2m', maxTtl: '1m' }],
  ['E_OPTION', 'mostChance', { mostChance: 1 }],
  ['E_OPTION', 'stretch', { stretch: 0.5 }],
  ['E_OPTION', 'cost', { cost: 2 }],
  ['E_OPTION', 'version', { version: 'etag' }],
  ['E_OPTION', 'modifiedAt', { modifiedAt: 1 }],
  ['E_OPTION', 'now', { now: 1 }],
  ['E_OPTION', 'target', { target: 0.02 }],
])('what cannot be is refused at once: %s %s', (code, path, options) => {
  const error = errorOf(() => adaptiveTtl(options))
  expect([error.code, error.path]).toStrictEqual([code, path])
})
