import { afterEach, expect, test } from 'vitest'
import { createCleanup } from '../../../apps/demo/src/cleanup.ts'
import { examine } from '../../src/targets/examine.ts'
import { judge } from '../../src/targets/judge.ts'
import { quick } from '../../src/targets/plan.ts'

const given = process.env['REDIS_URL']
afterEach(() => {
  if (given !== undefined) process.env['REDIS_URL'] = given
})

test(
  'a service lives through all of it, and what it did is measured and checked',
  { timeout: 60_000 },
  async () => {
    delete process.env['REDIS_URL'] // it kills its Redis, so it needs one of its own
    const cleanup = createCleanup()
    const heard: string[] = []
    try {
      const measured = await examine({
        plan: { ...quick, rate: 100, seconds: { fill: 1, steady: 1, outage: 1, between: 0 } },
        cleanup,
        signal: new AbortController().signal,
        onProgress: (_, what) => void heard.push(what),
      })
      expect(heard).toEqual(expect.arrayContaining(['Redis hangs', 'Redis is killed', 'rolling restart']))
      expect(measured.phases.every(({ reads, health }) => reads.count > 0 && health.count > 0)).toBe(true)
      expect(measured.phases.find(({ name }) => name === 'Redis is killed')?.hitRate).toBeLessThan(1)
      // Two processes, and two that took their place.
      expect(measured.memoryHits.length).toBeGreaterThan(1)
      expect(measured.coherence).toMatchObject({ violations: 0, open: 0 })
      expect(measured.phases.flatMap(({ firstFailure }) => firstFailure ?? [])).toEqual([])
      expect(judge(measured).every(target => Number.isFinite(target.measured))).toBe(true)
    } finally {
      expect(await cleanup.run()).toEqual([])
    }
  },
)
