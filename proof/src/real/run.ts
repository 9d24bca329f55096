import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Bounds, check, type Violation } from '../history/check.ts'
import { emptyHistory, type History } from '../history/history.ts'
import { randomOf } from '../random.ts'
import type { Contender, Counts, Hooks, Setting } from './contender.ts'
import { Database } from './database.ts'
import type { Fault, Scene } from './faults/fault.ts'
import { type Damage, harm, recovered } from './harm.ts'
import { GRACE_MS, SOFT_TTL_MS } from './keys.ts'
import { openLink } from './link.ts'
import { now, pass, until } from './monotonic.ts'
import { since } from './relative.ts'
import { type Heard, Recorder } from './recorder.ts'
import type { News } from './child.ts'
import { type Seat, seatHere, seatInChild } from './seat.ts'
import { settle } from './settle.ts'
import { isExcused, STOOD, watchStandstills } from './standstill.ts'
import { openTopology, type TopologyName } from './topology.ts'
import { Workload } from './workload.ts'

export { STOOD } from './standstill.ts'

/** What a run is. */
export interface Plan {
  readonly contender: Contender
  readonly topology: TopologyName
  readonly seed: number
  readonly ms: number
  /** How long nothing goes wrong, at the beginning. */
  readonly calmMs: number
  /** Instances in this process, and in processes of their own. */
  readonly here: number
  readonly children: number
  /** What goes wrong, in this order. */
  readonly faults: Iterator<Fault>
  readonly onProgress: (share: number, what: string) => void
}

/** What a run showed. */
export interface Evidence {
  readonly plan: Plan
  readonly history: History
  readonly violations: readonly Violation[]
  readonly damage: Damage
  readonly heard: readonly Heard[]
  /** What nobody caught, in any process. */
  readonly crashes: readonly string[]
  /** By instance. */
  readonly counts: readonly Counts[]
  /** What calls said when they rejected, and how often. */
  readonly errors: ReadonlyMap<string, number>
  /** What had been deferred and did not reach Redis although all was well for long. */
  readonly undone: number
  /** The longest this process's event loop stood still: what it says about times is that wrong. */
  readonly lagMs: number
  /** Until then nothing had gone wrong. Times begin when the work does. */
  readonly calmUntil: number
}

export const DELTA_MS: number = 1000
/** Longer than a lease whose holder died is waited for. */
const HARD_MS = 2500
const DRAIN_MS = 12_000

/** What every run is held to. The budgets are for what an instance may go through: 1.2 s stopped, and loads of 2.5 s. */
export const BOUNDS: Bounds = {
  deltaMs: DELTA_MS,
  maxStaleMs: SOFT_TTL_MS + GRACE_MS,
  readBudgetMs: 2 * HARD_MS + 1500,
  writeBudgetMs: 2000,
  slackMs: 25,
  flightMarginMs: 3000,
}

/** Instances behind faulty links, readers and writers, one fault after the other; then quiet, a cold reader, and the verdict. */
export async function runHistory(plan: Plan): Promise<Evidence> {
  const { contender, seed, here, children, onProgress } = plan
  const random = randomOf(seed)
  const history = emptyHistory()
  const database = new Database(history, randomOf(seed + 1))
  const namespace = `p${randomBytes(5).toString('hex')}`
  const crashes: string[] = []
  const seats: Seat[] = []
  const recorder = new Recorder(history, database, () => seats)
  const links = Array.from({ length: here + children }, () => ({ data: openLink(), bus: openLink() }))
  const news: News = {
    onCrash: crash => crashes.push(crash),
    onStood: (instance, t0, t1) => history.faults.push({ name: STOOD, t0, t1, instance }),
  }
  const unwatch = watchForCrashes(crashes)
  // All links lead through this process, so when it stands still, so does every network.
  const unwatchTime = watchStandstills((t0, t1) => history.faults.push({ name: STOOD, t0, t1 }))
  const lag = monitorEventLoopDelay({ resolution: 5 })
  const topology = await openTopology(plan.topology, namespace)
  try {
    const settingOf = async (instance: number): Promise<Setting> => {
      const target = await topology.connect(links[instance] ?? { data: openLink(), bus: openLink() })
      return { target, namespace, instance, deltaMs: DELTA_MS, hardMs: HARD_MS, memory: true }
    }
    const hooksOf = (instance: number, life: number): Hooks => ({
      load: key => database.load(key, instance, life),
      onHeard: (names, at = now()) => recorder.heard.push({ instance, at, names }),
    })
    for (const [index] of links.entries()) {
      const setting = await settingOf(index)
      const seat =
        index < here
          ? await seatHere(contender, setting, hooksOf(index, 0))
          : await seatInChild(contender, setting, life => hooksOf(index, life), news)
      seats.push(seat)
    }
    const scene: Scene = { topology, namespace, seats, links, database, recorder, random }
    await recovered(scene)
    lag.enable()
    const from = now()
    const working = new Workload(database, recorder, randomOf(seed + 2)).run(seats, plan.ms)
    await pass(plan.calmMs)
    const calmUntil = now()
    const damage = await harm(scene, history, plan.faults, from + plan.ms - 500, what =>
      onProgress((now() - from) / plan.ms, what),
    )
    await working
    onProgress(1, 'all quiet: settling')
    await until(DRAIN_MS, () => recorder.owed === 0)
    const undone = recorder.owed
    await pass(DELTA_MS)
    const cold = { ...(await settingOf(seats.length)), memory: false }
    seats.push(await seatHere(contender, cold, hooksOf(seats.length, 0)))
    await settle(seats, recorder, database)
    lag.disable()
    database.note()
    const counts = await Promise.all(seats.map(seat => seat.counts()))
    const seen = since(history, from)
    return {
      plan,
      history: seen,
      violations: check(seen, BOUNDS).filter(one => !isExcused(one, seen.faults, BOUNDS)),
      damage,
      heard: recorder.heard.map(one => ({ ...one, at: one.at - from })),
      crashes,
      counts,
      errors: recorder.errors,
      undone,
      lagMs: lag.max / 1e6,
      calmUntil: calmUntil - from,
    }
  } finally {
    await Promise.all(seats.map(seat => seat.close()))
    await topology.stop()
    // What is rejected too late is rejected all the same.
    await pass(20)
    unwatch()
    unwatchTime()
  }
}

/** Whatever would have brought a process down is a finding, not the end of the run. */
function watchForCrashes(crashes: string[]): () => void {
  const note = (error: unknown): void => {
    crashes.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  process.on('unhandledRejection', note).on('uncaughtException', note)
  return () => process.off('unhandledRejection', note).off('uncaughtException', note)
}
