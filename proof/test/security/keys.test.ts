import { expect, test } from 'vitest'
import { bust } from '../../src/security/busting.ts'
import { collide } from '../../src/security/collisions.ts'

test('5 000 keys that look alike are 5 000 keys', { timeout: 30_000 }, async () => {
  expect(await collide(1, 5000)).toEqual({ keys: 5000, found: [] })
})

test('a flood of keys stays within limits and leaves the hot ones', { timeout: 60_000 }, async () => {
  const { problems, hotHits, hotReads, entries } = await bust(1, 30_000, () => {})
  expect(problems).toEqual([])
  expect(hotHits).toBe(hotReads)
  expect(entries).toBeGreaterThan(1000)
})
