import type { Plot } from '../section.ts'
import { RECOVERY_MS } from './findings.ts'
import type { recoveries } from './measure.ts'
import { DELTA_MS } from './run.ts'

const STEPS = 20

/** `ages`: see `staleness`. */
export function stalenessPlot(ages: readonly number[]): Plot {
  const step = DELTA_MS / STEPS
  const bins = Array.from({ length: STEPS + 4 }, (_, i) => [i * step, 0] as [number, number])
  for (const age of ages) {
    const bin = bins[Math.min(bins.length - 1, Math.floor(age / step))]
    if (bin !== undefined) bin[1]++
  }
  return {
    title: 'How late fresh answers were, where they were not the last version',
    kind: 'histogram',
    xLabel: 'ms since the next version was committed',
    yLabel: 'answers',
    series: [{ name: 'answers', points: bins }],
    bound: { axis: 'x', at: DELTA_MS, label: 'Δ' },
  }
}

/** The slowest recovery of each kind of fault. */
export function recoveryPlot(recovered: ReturnType<typeof recoveries>): Plot {
  return {
    title: 'From the end of a fault to service as before, the slowest of each',
    kind: 'bar',
    xLabel: 'fault',
    yLabel: 'ms',
    series: [
      {
        name: 'slowest',
        points: recovered.map(({ fault, times }) => [fault, Math.round(Math.max(...times))] as const),
      },
    ],
    bound: { axis: 'y', at: RECOVERY_MS, label: 'bound' },
  }
}
