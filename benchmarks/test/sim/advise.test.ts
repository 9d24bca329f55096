import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { compareAdvice } from '../../sim/src/advise/compare.ts'
import { plotsOfAdvice } from '../../sim/src/advise/plots.ts'
import { readTrace } from '../../sim/src/trace.ts'

// Much is replayed, perhaps on a machine that is busy.
vi.setConfig({ testTimeout: 120_000 })

const trace = readTrace(fileURLToPath(new URL('../../sim/traces/mixed', import.meta.url)), 1e9)

test.each([
  ['lru', 0.015],
  ['adaptive', 0.03],
  ['size-aware', 0.06],
] as const)('what is advised of %s is what a replay finds, on the mean of twelve sizes', (policy, most) => {
  const comparison = compareAdvice(trace, policy, 1)
  expect(comparison?.reason).toBe(undefined)
  expect(comparison?.sizes).toHaveLength(12)
  expect(comparison?.meanError).toBeLessThan(most)
  expect(comparison?.maxError).toBeGreaterThanOrEqual(comparison?.meanError ?? 1)
  expect(comparison?.sampledShare).toBeLessThan(0.25)
  expect(comparison?.nsWith).toBeGreaterThan(0)
})

test('a trace that does not tell sizes says nothing of the policy that needs them', () => {
  expect(compareAdvice({ ...trace, sizes: undefined }, 'size-aware', 1)).toBe(undefined)
})

test('where too little is read there is a reason instead of a curve', () => {
  const short = { ...trace, keys: trace.keys.subarray(0, 500), unique: 400 }
  expect(compareAdvice(short, 'lru', 1)).toMatchObject({
    sizes: [],
    meanError: 0,
    reason: expect.stringContaining('500 reads'),
  })
})

test('its plots have both curves, on a page of their own', () => {
  const comparison = compareAdvice({ ...trace, keys: trace.keys.subarray(0, 20_000) }, 'lru', 1)
  const page = plotsOfAdvice(comparison === undefined ? [] : [comparison])
  expect(page.match(/<svg/g)).toHaveLength(1)
  expect(page).toContain('advised')
  expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/)
})
