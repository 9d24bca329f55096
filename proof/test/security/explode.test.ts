import { expect, test } from 'vitest'
import { explode } from '../../src/security/explode.ts'

test('bombs go off harmlessly', { timeout: 120_000 }, async () => {
  const blasts = await explode()
  expect(blasts.filter(({ problem }) => problem !== undefined)).toEqual([])
  expect(blasts.filter(({ outcome }) => outcome === 'read').length).toBeGreaterThan(5)
  expect(blasts.filter(({ outcome }) => outcome.startsWith('refused')).length).toBeGreaterThan(20)
})
