// A process that holds one contest and tells the scores.
import { randomOf } from '../random.ts'
import type { Contender } from '../real/contender.ts'
import { deal } from '../real/faults/deck.ts'
import { runHistory } from '../real/run.ts'
import type { Contest, FromContest } from './contest.ts'
import { scoresOf } from './scores.ts'

/** Before the first fault. */
const CALM_MS = 1000
const TOPOLOGY = 'standalone'

const { module, seed, ms, withFaults } = JSON.parse(process.argv[2] ?? '') as Contest
process.on('disconnect', () => process.exit())
try {
  const { contender } = (await import(module)) as { contender: Contender }
  const evidence = await runHistory({
    contender,
    topology: TOPOLOGY,
    seed,
    ms,
    calmMs: withFaults ? CALM_MS : ms,
    here: 2,
    children: 2,
    faults: deal(TOPOLOGY, randomOf(seed + 3)),
    onProgress: (share, what) => tell({ type: 'progress', share, what }),
  })
  tell({ type: 'scores', scores: scoresOf(evidence) })
} catch (error) {
  tell({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}

function tell(message: FromContest): void {
  process.send?.(message)
}
