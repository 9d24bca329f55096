import { setTimeout as sleep } from 'node:timers/promises'
import { audit } from '../../../apps/demo/src/check/audit.ts'
import type { Cleanup } from '../../../apps/demo/src/cleanup.ts'
import { createRequests } from '../../../apps/demo/src/load/load.ts'
import { createMix } from '../../../apps/demo/src/load/mix.ts'
import { summaryOf } from '../../../apps/demo/src/measure/histogram.ts'
import { createTally, hitRate, type Tally } from '../../../apps/demo/src/measure/tally.ts'
import { setStage, type Stage } from '../../../apps/demo/src/run/stage.ts'
import { now } from '../now.ts'
import { allHealthy, type HealthProbe, probeHealth } from './health.ts'
import type { Coherence, Latency, Measured, Phase, PhaseName } from './measured.ts'
import { memoryHitsOf } from './memory-hits.ts'
import { openLoop } from './open-loop.ts'
import type { Plan } from './plan.ts'

export interface ExamineOptions {
  readonly plan: Plan
  readonly cleanup: Cleanup
  readonly signal: AbortSignal
  readonly onProgress: (share: number, what: string) => void
}

/** Between the last request that is sent to an instance and its end. Reads that take longer are sent to another. */
const DRAIN_MS = 150
const RECOVERY_MS = 15_000

/**
 * Starts the demo's marketplace, several processes of it behind one address, and lives through good and bad days with it under one
 * load. Every answer is checked. What it starts is in `cleanup`.
 */
export async function examine({ plan, cleanup, signal, onProgress }: ExamineOptions): Promise<Measured> {
  const steps = stepsOf(plan)
  onProgress(0, 'starting a marketplace')
  const stage = await setStage({ options: demoOptionsOf(plan), screen: silent, cleanup, signal })
  if (!stage.redis.owned)
    throw new Error(
      'Redis hangs and is killed here, so it has to be our own: unset REDIS_URL, or install one.',
    )
  const probe = probeHealth(stage.fleet)
  cleanup.add('the health checks', () => probe.stop())
  const mix = createMix(stage.world, demoOptionsOf(plan))
  const tallies = new Map<PhaseName, Tally>()
  const phases: Phase[] = []
  const memoryHits: Latency[] = []
  for (const [at, step] of steps.entries()) {
    signal.throwIfAborted()
    onProgress((at + 0.5) / (steps.length + 1), step.name)
    const tally = createTally()
    tallies.set(step.name, tally)
    const live = (): Promise<void> => step.live({ stage, plan, signal, memoryHits })
    phases.push(await phaseOf({ name: step.name, stage, tally, probe, plan, mix, live }))
  }
  onProgress(steps.length / (steps.length + 1), 'reading all that was written once more')
  const last = createTally()
  const { openInvalidations } = await audit({
    ...stage,
    requests: createRequests({ ...stage, address: stage.balancer.address, tally: last }),
    boundMs: plan.boundMs,
    signal,
  })
  signal.throwIfAborted()
  memoryHits.push(...(await memoryHitsOf(stage.fleet.running())))
  await probe.stop()
  if (stage.lost.length > 0) throw new Error(stage.lost.join('\n'))
  const steady = tallies.get('all is well') ?? createTally()
  const filled = tallies.get('cache fills') ?? createTally()
  return {
    phases,
    steady: {
      hitRate: hitRate(steady.all),
      meanMs: steady.all.latency.mean(),
      uncachedMeanMs: steady.uncached.mean(),
      uncachedReads: steady.uncached.count,
    },
    fillHitRate: hitRate(filled.all),
    memoryHits,
    coherence: coherenceOf([...tallies.values(), last], plan.boundMs, openInvalidations),
  }
}

interface Scene {
  readonly stage: Stage
  readonly plan: Plan
  readonly signal: AbortSignal
  /** Figures of processes that end. */
  readonly memoryHits: Latency[]
}

interface Step {
  readonly name: PhaseName
  readonly live: (scene: Scene) => Promise<void>
}

function stepsOf({ seconds }: Plan): Step[] {
  return [
    { name: 'cache fills', live: scene => pause(seconds.fill, scene) },
    { name: 'all is well', live: scene => pause(seconds.steady, scene) },
    {
      name: 'Redis hangs',
      async live(scene) {
        scene.stage.redis.freeze()
        await pause(seconds.outage, scene).finally(() => scene.stage.redis.thaw())
        await recovered(scene)
      },
    },
    {
      name: 'Redis is killed',
      async live(scene) {
        await scene.stage.redis.crash()
        await pause(seconds.outage, scene)
        await scene.stage.redis.restart()
        await recovered(scene)
      },
    },
    { name: 'rolling restart', live: restartAll },
  ]
}

/** As a deployment does: one after the other is taken out of rotation, ends, starts anew, and is put back when it says it is ready. */
async function restartAll(scene: Scene): Promise<void> {
  const { fleet, balancer } = scene.stage
  for (const child of fleet.running()) {
    balancer.rotation.drop(child.name)
    await sleep(DRAIN_MS)
    scene.memoryHits.push(...(await memoryHitsOf([child])))
    await fleet.restart(child.name)
    await pause(scene.plan.seconds.between, scene)
  }
  await recovered(scene)
}

async function recovered({ stage, signal }: Scene): Promise<void> {
  for (const deadline = now() + RECOVERY_MS; now() < deadline;) {
    if (await allHealthy(stage.fleet)) return
    await sleep(50, undefined, { signal })
  }
  throw new Error(`not every instance was healthy again within ${RECOVERY_MS / 1000} s`)
}

async function pause(seconds: number, { signal }: Scene): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal })
}

interface PhaseParts {
  readonly name: PhaseName
  readonly stage: Stage
  readonly tally: Tally
  readonly probe: HealthProbe
  readonly plan: Plan
  readonly mix: ReturnType<typeof createMix>
  readonly live: () => Promise<void>
}

/** Figures of all that was asked for from the beginning of `live` to its end. */
async function phaseOf({ name, stage, tally, probe, plan, mix, live }: PhaseParts): Promise<Phase> {
  const requests = createRequests({ ...stage, address: stage.balancer.address, tally })
  const begunAt = now()
  const health = probe.begin()
  const load = openLoop(plan.rate, () => requests.run(mix()))
  await live().finally(() => load.stop())
  const [failure] = tally.failures.kept
  const first = failure ? `${failure.request}: ${failure.reason}` : health.firstFailure
  return {
    name,
    seconds: (now() - begunAt) / 1000,
    reads: summaryOf(tally.all.latency),
    hitRate: hitRate(tally.all),
    writes: { committed: tally.writes.committed, deferred: tally.writes.deferred },
    health: summaryOf(health.latency),
    lateMs: load.late.percentile(99),
    failures: tally.failures.reads + tally.failures.writes + health.failed,
    ...(first !== undefined && { firstFailure: `${name}: ${first}` }),
  }
}

function coherenceOf(tallies: readonly Tally[], boundMs: number, open: number): Coherence {
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0)
  const [violation] = tallies.flatMap(({ violations }) => violations.kept)
  return {
    boundMs,
    reads: sum(({ all, probes }) => all.reads + probes.count),
    writes: sum(({ writes }) => writes.committed + writes.deferred),
    violations: sum(({ violations }) => violations.count),
    ...(violation !== undefined && {
      firstViolation: `${violation.kind}: ${violation.path} from ${violation.instance} (${violation.tier}), ${violation.ageMs.toFixed(0)} ms old`,
    }),
    superseded: sum(({ all }) => all.superseded.count),
    oldestMs: Math.max(...tallies.map(({ all }) => all.superseded.max())),
    open,
  }
}

type StageParts = Parameters<typeof setStage>[0]

/** Enough connections that no request waits for another. */
const CONNECTIONS = 256

function demoOptionsOf({ instances, rate, databaseMs, writes, zipf, boundMs }: Plan): StageParts['options'] {
  return {
    instances,
    rate,
    writes,
    zipf,
    dbMs: databaseMs,
    maxStaleness: boundMs,
    concurrency: CONNECTIONS,
    seconds: 0,
    port: 0,
    seed: 1,
    chaos: false,
    incoherent: false,
    json: true,
    help: false,
  }
}

const silent: StageParts['screen'] = { everyMs: 1000, say() {}, progress() {}, show() {}, close() {} }
