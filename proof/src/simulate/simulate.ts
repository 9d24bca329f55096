import { type Bounds, check, type Violation } from '../history/check.ts'
import type { History } from '../history/history.ts'
import { Database } from './database.ts'
import { sideBySide } from './exact.ts'
import { type Stage, strike } from './faults.ts'
import { Life } from './instance.ts'
import { Ledger } from './ledger.ts'
import { Network } from './network.ts'
import { noise } from './noise.ts'
import { type Call, type FaultName, type InstanceSettings, isRead, type Plan } from './plan.ts'
import { heal, settle } from './quiet.ts'
import { read } from './reading.ts'
import { type Note, Recorder, type Trouble } from './recorder.ts'
import type { Scene } from './scene.ts'
import { SimulatedProcess } from './simulated-process.ts'
import { SimulatedRedis } from './simulated-redis.ts'
import { VirtualTime } from './virtual-time.ts'
import { watchCaches } from './watch-cache.ts'
import { watchRedis } from './watch-redis.ts'
import { Writing } from './writing.ts'

/** What came of a run. */
export interface Run {
  readonly history: History
  readonly violations: readonly Violation[]
  /** Calls that took too long or rejected with what they never should. */
  readonly troubles: readonly Trouble[]
  /** How often what happened. */
  readonly counts: ReadonlyMap<string, number>
  /** The same for the same run. */
  readonly digest: string
  readonly notes: readonly Note[]
  readonly virtualMs: number
}

/** Ways that a message and what it sets off may take, those of the first connection included. */
const APART_FROM_REQUESTS: readonly FaultName[] = [
  'failover',
  'crash',
  'messages late',
  'messages lost',
  'messages repeated',
  'subscriber dead',
  'subscriber cut',
]
const HOPS = 8
const RECONNECT_MS = 60
const HOUR_MS = 3_600_000
/** Readers that come when all is quiet: without memory, and with nothing in it. */
const COLD: InstanceSettings = {
  memory: false,
  ttlMs: 60_000,
  memoryTtlMs: 60_000,
  swr: false,
  refreshAhead: 0,
  jitter: 0,
  softMs: undefined,
}
const WARM: InstanceSettings = { ...COLD, memory: 100 }

/** Runs a plan. It depends on the plan alone. */
export async function simulate(plan: Plan, wantsNotes = false): Promise<Run> {
  const time = new VirtualTime()
  const recorder = new Recorder(time, wantsNotes)
  const { world, instances } = plan
  const database = new Database(world.rows)
  const redis = new SimulatedRedis(time, world, HOUR_MS * 24)
  const scene: Scene = { plan, time, database, recorder, lives: [] }
  const ledger = new Ledger(time, database.rows, world.deltaMs, sayingAgainMs(plan))
  watchRedis(redis.partitions, recorder, ledger)
  const unwatch = watchCaches(recorder)
  const networks = [...instances, COLD, WARM].map((_, i) => networkOf(scene, redis, ledger, i))
  const writing = new Writing(scene)
  const start = (instance: number): void => {
    const settings = [...instances, COLD, WARM][instance]
    const network = networks[instance]
    if (settings === undefined || network === undefined) return
    const number = (scene.lives[instance]?.number ?? -1) + 1
    scene.lives[instance] = lifeOf(scene, redis, network, instance, number, settings)
  }
  for (const instance of instances.keys()) start(instance)
  const stage: Stage = { scene, redis, ledger, networks, start, ended: life => writing.ended(life) }
  try {
    for (const [at, steps] of Map.groupBy(plan.steps, step => step.at))
      time.at(at, () => {
        for (const step of steps) {
          if (step.type === 'fault') strike(stage, step)
          else perform(scene, writing, step)
        }
      })
    await time.run(plan.durationMs)
    await heal(stage, writing)
    await settle(stage)
  } finally {
    unwatch()
    for (const life of scene.lives) life.process.kill()
  }
  recorder.close()
  const { troubles, counts, digest, notes } = recorder
  const history: History = { ...recorder.history, forgotten: ledger.forgotten }
  for (const row of database.rows) if (row.version > 0) history.final.set(row.id, row.version)
  troubles.push(...sideBySide(plan, { history }))
  return {
    history,
    violations: violationsOf(plan, history),
    troubles,
    counts,
    digest,
    notes,
    virtualMs: time.now,
  }
}

function perform(scene: Scene, writing: Writing, call: Call): void {
  const life = scene.lives[call.instance]
  life?.process.enter(() => {
    if (!life.isOpen) return
    scene.recorder.count(call.method)
    void answer(scene, writing, life, call)
  })
}

async function answer(scene: Scene, writing: Writing, life: Life, call: Call): Promise<void> {
  if (isRead(call.method)) {
    const rows = call.rows.flatMap(index => scene.database.rows[index] ?? [])
    return read(scene, life, call.method, rows, call.dice)
  }
  const rows = await writing.perform(life, call)
  const row = rows[call.dice % Math.max(1, rows.length)]
  if (call.next !== undefined && row !== undefined && life.isOpen)
    await read(scene, life, call.next, [row], call.dice + 1)
}

function networkOf(
  { plan, time, recorder }: Scene,
  redis: SimulatedRedis,
  ledger: Ledger,
  instance: number,
): Network {
  const { latency, lateArrivals } = plan.world
  const seed = plan.seed + instance * 7919
  return new Network(time, redis, latency, lateArrivals, seed, (operation, process) => {
    ledger.caller = process
    recorder.trace(operation, instance, 0)
  })
}

function lifeOf(
  { plan, time, recorder }: Scene,
  redis: SimulatedRedis,
  network: Network,
  instance: number,
  number: number,
  settings: InstanceSettings,
): Life {
  const own = (what: number): number => noise(plan.seed, instance * 31 + number, what)
  const process = new SimulatedProcess(
    time,
    1000 + Math.floor(own(1) * 1e6),
    Math.floor((own(2) - 0.5) * 2 * HOUR_MS) + 24 * HOUR_MS,
  )
  const life = new Life(instance, number, process, redis, network, plan.world, settings, plan.seed + instance)
  life.cache.on('error', ({ operation }) => recorder.count(`error: ${operation}`))
  life.cache.on('evict', () => recorder.count('evicted from memory'))
  life.cache.on('fenced', () => recorder.count('fenced'))
  return life
}

/** Where nothing holds the instances' own requests up, what a failover lost is said again with the next SYNC, on a connection made anew. */
function sayingAgainMs({ world, steps }: Plan): number {
  if (steps.some(step => step.type === 'fault' && !APART_FROM_REQUESTS.includes(step.name))) return Infinity
  return world.deltaMs / 4 + RECONNECT_MS + HOPS * (world.latency.leastMs + world.latency.jitterMs)
}

/** Where deadlines are short, instances may load side by side with no other fault. */
function violationsOf(plan: Plan, history: History): Violation[] {
  const violations = check(history, boundsOf(plan))
  return plan.world.isCalm ? violations : violations.filter(({ invariant }) => invariant !== 'flight')
}

/**
 * Without faults more is promised than the bounds: an invalidation is obeyed when its message arrives, and there is one load at a time.
 */
function boundsOf({ world, instances }: Plan): Bounds {
  const ttlMs = Math.max(...instances.map(one => one.ttlMs))
  const { isCalm } = world
  const hopsMs = HOPS * (world.latency.leastMs + world.latency.jitterMs)
  return {
    deltaMs: isCalm ? hopsMs : world.deltaMs,
    maxStaleMs: ttlMs + world.graceMs,
    readBudgetMs: Infinity,
    writeBudgetMs: Infinity,
    slackMs: 0,
    // Who has waited for loads of others that were invalidated loads beside the next.
    flightMarginMs: isCalm ? hopsMs + 3 * world.loads.slowMs : Infinity,
  }
}
