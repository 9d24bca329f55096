import { expect, test } from 'vitest'
import { LoadState } from '../../src/load-context.ts'
import { DEFAULT_POLICY } from '../../src/policy.ts'
import { errorOf } from './support.ts'

const state = (stale?: unknown): LoadState => new LoadState(['user', 1], stale, DEFAULT_POLICY, ['a'])

test('a loader may replace ttl, tags and grace of its value; the rest stays', () => {
  const one = state()
  const { setTtl, setTags, setGrace } = one
  setTtl({ memory: '1s', redis: '1m' })
  setGrace('2m')
  setTags(['b', 'b', 'c'])
  expect(one.policy).toStrictEqual({
    ...DEFAULT_POLICY,
    ttl: { memoryMs: 1000, redisMs: 60_000 },
    graceMs: 120_000,
  })
  expect(one.tags).toStrictEqual(['b', 'c'])
  setGrace(0)
  expect(one.policy.graceMs).toBe(0)
  expect(DEFAULT_POLICY.graceMs).toBe(0)
})

test('what a loader sets is checked like any option, by the name of the method', () => {
  const one = state()
  expect(errorOf(() => one.setTtl('soon' as never))).toMatchObject({
    code: 'E_TTL',
    path: 'setTtl.ttl',
    value: 'soon',
  })
  expect(errorOf(() => one.setGrace(-1))).toMatchObject({ code: 'E_TTL', path: 'setGrace', value: -1 })
  expect(errorOf(() => one.setTags('b' as never))).toMatchObject({
    code: 'E_OPTION',
    path: 'setTags',
    value: 'b',
  })
  expect(one).toMatchObject({ policy: DEFAULT_POLICY, tags: ['a'] })
})

test('the stale value can be kept, null too; without one that is an error', () => {
  expect(state(7).notModified()).toBe(7)
  expect(state(null).notModified()).toBe(null)
  expect(errorOf(() => state().notModified())).toMatchObject({ code: 'E_VALUE', path: 'notModified' })
})

test('the signal is aborted with the load, whenever it is asked for', () => {
  const early = state()
  const { signal } = early
  expect(signal.aborted).toBe(false)
  early.abort()
  expect(signal.aborted).toBe(true)
  expect(early.signal).toBe(signal)
  const late = state()
  late.abort()
  expect(late.signal.aborted).toBe(true)
})

test('nothing is skipped unless asked', () => {
  const one = state()
  expect(one.skipped).toBe(false)
  one.skip()
  expect(one.skipped).toBe(true)
})
