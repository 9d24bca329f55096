import { describe, expect, test } from 'vitest'
import { aimdTtl, alexTtl, fixedTtl } from '../src/index.ts'
import { contextOf, errorOf, HOUR, MINUTE, play } from './support.ts'

test('a fixed ttl is always the same', () => {
  expect(play(fixedTtl('1m') as never, [{ value: 1 }]).every(Number.isNaN)).toBe(true)
  expect(fixedTtl('1m')(1, contextOf())).toBe(MINUTE)
  expect(errorOf(() => fixedTtl('soon' as never)).code).toBe('E_TTL')
})

describe('alex', () => {
  test('lives for a share of the time since the value said it changed', () => {
    const policy = alexTtl<{ at: Date }>({ modifiedAt: ({ at }) => at, now: () => 100 * HOUR })
    expect(play(policy, [{ value: { at: new Date(0) } }])).toStrictEqual([10 * HOUR])
    expect(play(policy, [{ value: { at: new Date(100 * HOUR) } }])).toStrictEqual([1000])
  })

  test('or since a change was last seen, within bounds', () => {
    const policy = alexTtl<number>({ factor: 0.5, minTtl: '1m', maxTtl: '4m' })
    const same = { value: 1, ageMs: 3 * MINUTE }
    expect(play(policy, [same, same, same, same, { value: 2, ageMs: MINUTE }, same])).toStrictEqual(
      [1, 1.5, 3, 4, 1, 1].map(minutes => minutes * MINUTE),
    )
  })

  test('a value said to be unchanged is unchanged', () => {
    const policy = alexTtl<number>({ factor: 1 })
    const [, second] = play(policy, [{ value: 1 }, { value: 2, ageMs: HOUR, more: { notModified: true } }])
    expect(second).toBe(HOUR)
  })
})

describe('aimd', () => {
  test('grows by steps while nothing changes, and halves when it does', () => {
    const policy = aimdTtl<number>({ initialTtl: '1m', add: '30s' })
    const values = [1, 1, 1, 2, 3, 3].map(value => ({ value }))
    expect(play(policy, values)).toStrictEqual([60, 90, 120, 60, 30, 60].map(seconds => seconds * 1000))
  })

  test('stays within its bounds, and where it is if a change cannot be told', () => {
    const bounded = aimdTtl<number>({ initialTtl: '1m', minTtl: '50s', maxTtl: '65s' })
    expect(
      play(
        bounded,
        [1, 1, 1, 2, 3].map(value => ({ value })),
      ),
    ).toStrictEqual([60_000, 65_000, 65_000, 50_000, 50_000])
    const value = (): number => 1
    expect(play(aimdTtl(), [{ value }, { value }])).toStrictEqual([30_000, 30_000])
  })
})

test('states of one policy mean nothing to another', () => {
  const [alex, aimd] = [alexTtl<number>(), aimdTtl<number>()]
  const { state } = aimd(1, contextOf()) as { state: Uint8Array }
  expect(alex(1, contextOf({ state, ageMs: HOUR }))).toMatchObject({ ttl: 1000 })
  const broken = Uint8Array.from(state).fill(0xff, 1, 9)
  expect(aimd(1, contextOf({ state: broken }))).toMatchObject({ ttl: 40_000 })
})

test.each<[string, () => unknown]>([
  ['factor', () => alexTtl({ factor: 0 })],
  ['factor', () => aimdTtl({ factor: 1 })],
  ['modifiedAt', () => alexTtl({ modifiedAt: 'now' as never })],
  ['modifiedAt', () => aimdTtl({ modifiedAt: () => 1 } as never)],
  ['maxTtl', () => alexTtl({ maxTtl: '10ms' })],
])('what cannot be is refused: %s', (path, run) => {
  const error = errorOf(run)
  expect([error.code, error.path]).toStrictEqual(['E_OPTION', path])
})
