import { hitRate } from '../measure/tally.ts'
import { count, ms, percent } from './format.ts'
import type { Scene } from './scene.ts'

/** The picture in one line, for a log. */
export function line(scene: Scene): string {
  const { tally, fleet, sampler, deferred } = scene
  const { latency, superseded, markedStale, reads } = tally.all
  const loads = fleet.names.reduce((sum, name) => sum + sampler.totals(name).loads, 0)
  return [
    `${String(Math.round(scene.elapsedMs() / 1000)).padStart(3)} s`,
    `${fleet.running().length}/${fleet.names.length} instances`,
    `redis ${sampler.redis() ? 'up' : 'down'}`,
    `reads ${count(reads)}`,
    `hits ${percent(hitRate(tally.all))}`,
    `p50 ${ms(latency.percentile(50))}`,
    `p99 ${ms(latency.percentile(99))}`,
    `loads ${count(loads)}`,
    `writes ${count(tally.writes.committed + tally.writes.deferred)} (${count(deferred.counts().open)} open)`,
    `superseded ${count(superseded.count)} (oldest ${ms(superseded.max())})`,
    `stale ${count(markedStale.count)}`,
    `violations ${count(tally.violations.count)}`,
    `failures ${count(tally.failures.reads + tally.failures.writes)}`,
  ].join('  ')
}
