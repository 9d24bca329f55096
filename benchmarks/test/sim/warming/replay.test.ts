import { expect, test } from 'vitest'
import { replay } from '../../../sim/src/warming/replay.ts'

/** Few keys get most requests, and which they are drifts on; the same each time. */
function drifting(requests: number): number[] {
  let state = 1
  const chance = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  return Array.from({ length: requests }, (_, i) => Math.floor(3000 * chance() ** 2.5) + Math.floor(i / 400))
}

const options = { capacity: 400, restartAt: 0.6, saveEvery: 1, killed: false, eviction: 'lru' } as const

test('a replay tells what warming saves of a restart, and says nothing good of a trace that never comes back', async () => {
  const { cold, warm, kept, steady, window } = await replay(drifting(8000), options)
  expect(steady).toBeGreaterThan(0.3)
  expect(warm.misses / cold.misses).toBeLessThan(0.8)
  expect(warm.misses).toBeLessThanOrEqual(kept.misses)
  expect([warm.requestsTo90, cold.requestsTo90 > 2 * window]).toStrictEqual([window, true])

  const scan = await replay(
    Array.from({ length: 3000 }, (_, i) => i),
    options,
  )
  expect([scan.steady, scan.warm.misses]).toStrictEqual([0, 400])
})

test('a process that is killed leaves what it has saved, however long ago that was', async () => {
  const { cold, warm } = await replay(drifting(8000), { ...options, saveEvery: 2.5, killed: true })
  expect(warm.misses / cold.misses).toBeLessThan(0.9)
})
