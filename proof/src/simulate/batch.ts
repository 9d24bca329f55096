import { ABLATIONS } from './ablations/index.ts'
import { generate } from './generate.ts'
import { type Run, simulate } from './simulate.ts'
import { addStaleness, mergeStaleness, noStaleness, type Staleness } from './staleness.ts'
import { type Verdict, verdictOf } from './verdict.ts'

/** Seeds to run one after another in one thread. */
export interface Task {
  readonly from: number
  readonly count: number
  /** The mechanism to switch off, by its name: then the first seed that notices is the last to run. */
  readonly ablation?: string
  /** Run each seed twice, and see whether both runs were the same. */
  readonly twice?: boolean
}

/** What came of many runs. */
export interface Batch {
  seeds: number
  reads: number
  calls: number
  virtualMs: number
  readonly counts: Map<string, number>
  readonly verdicts: Verdict[]
  readonly staleness: Staleness
}

export function emptyBatch(): Batch {
  return {
    seeds: 0,
    reads: 0,
    calls: 0,
    virtualMs: 0,
    counts: new Map(),
    verdicts: [],
    staleness: noStaleness(),
  }
}

/** Runs a task's seeds. */
export async function runTask({ from, count, ablation, twice = false }: Task): Promise<Batch> {
  const batch = emptyBatch()
  const undo = ablation === undefined ? () => {} : mechanismOf(ablation)()
  try {
    for (let seed = from; seed < from + count; seed++) {
      const verdict = await runSeed(batch, seed, twice)
      if (verdict === undefined) continue
      batch.verdicts.push(verdict)
      if (ablation !== undefined) break
    }
  } finally {
    undo()
  }
  return batch
}

/** Adds a batch to another. */
export function mergeBatch(all: Batch, other: Batch): void {
  all.seeds += other.seeds
  all.reads += other.reads
  all.calls += other.calls
  all.virtualMs += other.virtualMs
  for (const [what, times] of other.counts) all.counts.set(what, (all.counts.get(what) ?? 0) + times)
  all.verdicts.push(...other.verdicts)
  mergeStaleness(all.staleness, other.staleness)
}

async function runSeed(batch: Batch, seed: number, twice: boolean): Promise<Verdict | undefined> {
  const plan = generate(seed)
  const rejections: unknown[] = []
  const note = (reason: unknown): number => rejections.push(reason)
  process.on('unhandledRejection', note)
  let run: Run
  try {
    run = await simulate(plan)
    if (twice && (await simulate(plan)).digest !== run.digest)
      return { seed, invariant: 'liveness', message: 'two runs of this seed were not the same' }
  } finally {
    process.off('unhandledRejection', note)
  }
  batch.seeds++
  batch.reads += run.history.reads.length
  batch.calls += run.counts.get('calls') ?? 0
  batch.virtualMs += run.virtualMs
  for (const [what, times] of run.counts) batch.counts.set(what, (batch.counts.get(what) ?? 0) + times)
  addStaleness(batch.staleness, run.history, plan.world.deltaMs)
  if (rejections.length > 0)
    return { seed, invariant: 'liveness', message: `a rejection was not handled: ${String(rejections[0])}` }
  return verdictOf(plan, run)
}

function mechanismOf(name: string): () => () => void {
  const ablation = ABLATIONS.find(one => one.name === name)
  if (ablation === undefined) throw new Error(`There is no mechanism "${name}" to switch off.`)
  return ablation.apply
}
