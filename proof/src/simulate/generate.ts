import { randomOf } from '../random.ts'
import { drama } from './dramas.ts'
import { rowsOf } from './rows.ts'
import {
  type Call,
  type Fault,
  FAULTS,
  type FaultName,
  type InstanceSettings,
  isRead,
  type LoadSettings,
  type Method,
  type Plan,
  type Step,
  READS,
  type World,
  WRITES,
} from './plan.ts'

type Random = () => number
/** Without faults; with a Redis that is away at times; with failovers and little else; or anything. */
type Weather = 'calm' | 'away' | 'failovers' | 'rough'

const CALM_SHARE = 0.12
const AWAY_SHARE = 0.05
const FAILOVERS_SHARE = 0.25
const AT_ONCE_SHARE = 0.1
const RACE_MS = 30
const AROUND_MS = 25
const OLD_LOG = 1_000_000
const DEATH_SHARE = 0.2
const DEAF_SHARE = 0.4
const FAULTS_OF_THE_LOG: readonly FaultName[] = ['failover', 'meta evicted', 'flushed', 'log evicted']
const FAILOVERS: readonly (readonly FaultName[])[] = [
  ['failover'],
  ['failover'],
  ['failover', 'messages late'],
  ['failover', 'messages lost'],
  ['failover', 'meta evicted'],
]
const WORD = 2 ** 31

/**
 * The plan of a seed. Each seed has methods, faults, rates and settings of its own, a random part of all there are: what is left
 * out lets the rest go further than a mixture of everything would.
 */
export function generate(seed: number): Plan {
  const random = randomOf(seed)
  const weather = weatherOf(random())
  const world = worldOf(seed, random, weather)
  const count = 2 + Math.floor(random() ** 1.5 * 4)
  const instances = Array.from({ length: count }, () => settingsOf(random, world))
  const durationMs = weather === 'calm' ? 800 + world.loads.slowMs : 1200 + Math.floor(random() * 1600)
  const calls = callsOf(random, world, count, durationMs, weather)
  const faults = faultsOf(random, world, count, durationMs, weather)
  const followed = faults.flatMap(fault => around(random, fault, calls, count))
  const staged = weather === 'failovers' ? stagedIn(random, world, count, durationMs) : []
  const last = lastCalls(random, world, count, durationMs)
  const steps = [...calls, ...faults, ...followed, ...staged, ...last].toSorted((a, b) => a.at - b.at)
  return { seed, durationMs, world, instances, steps }
}

function weatherOf(dice: number): Weather {
  if (dice < CALM_SHARE) return 'calm'
  if (dice < CALM_SHARE + AWAY_SHARE) return 'away'
  return dice < CALM_SHARE + AWAY_SHARE + FAILOVERS_SHARE ? 'failovers' : 'rough'
}

function worldOf(seed: number, random: Random, weather: Weather): World {
  const isCalm = weather === 'calm'
  const jitterMs = pick(random, [1, 3, 10])
  // Longer than a round trip, or nothing is well even without faults.
  const deadlineMs = isCalm ? 100 : Math.max(3 * (jitterMs + 1), pick(random, [20, 40, 80]))
  return {
    isCalm,
    partitions: pick(random, [1, 1, 1, 2, 4]),
    logLength: isCalm ? 10_000 : pick(random, [12, 40, 10_000, 10_000]),
    logBegins: seed % 2 === 0 ? OLD_LOG : 0,
    deltaMs: pick(random, [200, 300, 500]),
    deadlineMs,
    hardMs: isCalm ? 60_000 : pick(random, [100, 250, 600]),
    latency: { leastMs: 0.1 + random(), jitterMs },
    lateArrivals: random() < 0.5,
    graceMs: pick(random, [0, 0, 400, 3000]),
    rows: rowsOf(random),
    loads: loadsOf(random, weather),
  }
}

function loadsOf(random: Random, weather: Weather): LoadSettings {
  const isCalm = weather === 'calm'
  return {
    usualMs: pick(random, [1, 5, 20]),
    slowShare: pick(random, [0, 0.1, 0.3]),
    // Longer than a lease lasts that is not renewed.
    slowMs: isCalm
      ? pick(random, [60, 60, 2500])
      : weather === 'away'
        ? 60
        : pick(random, [60, 200, 900, 1900]),
    throwShare: isCalm ? 0 : pick(random, [0, 0, 0.05, 0.2]),
  }
}

function settingsOf(random: Random, { graceMs, hardMs }: World): InstanceSettings {
  const ttlMs = pick(random, [80, 600, 5000, 60_000, 60_000])
  return {
    memory: random() < 0.12 ? false : pick(random, [2, 5, 50, 50]),
    ttlMs,
    memoryTtlMs: random() < 0.3 ? Math.ceil(ttlMs / 3) : ttlMs,
    swr: graceMs > 0 && random() < 0.5,
    refreshAhead: random() < 0.25 ? 0.5 : 0,
    jitter: pick(random, [0, 0.1, 0.5]),
    softMs: random() < 0.3 ? Math.min(30, hardMs) : undefined,
  }
}

function callsOf(random: Random, world: World, count: number, durationMs: number, weather: Weather): Call[] {
  // A read past the cache may load beside others, which says nothing against a seed that is held to one load at a time.
  const readsPast = weather === 'rough' && random() < 0.3
  const reads = some<Method>(random, READS, 0.6, ['getOrSet']).filter(
    method => readsPast || method !== 'fresh',
  )
  const writes = some<Method>(random, WRITES, 0.35, ['delete'])
  // Who only reads has old values for longest.
  const writers = Array.from({ length: count }, () => random() < 0.6)
  const writeShare = pick(random, weather === 'failovers' ? [0.005, 0.02, 0.1] : [0.02, 0.06, 0.15, 0.3])
  const raceShare = pick(random, [0, 0.3, 0.8])
  const strictShare = pick(random, [0, 0, 0.3])
  const perSecond = weather === 'calm' ? 80 : pick(random, [60, 120, 240])
  const hot = 1 + Math.floor(random() * world.rows.length)
  const calls: Call[] = []
  let [at, instance] = [1, 0]
  while (at < durationMs) {
    // Now and then an instance makes several calls at once.
    if (random() > AT_ONCE_SHARE) {
      at += (-Math.log(1 - random()) * 1000) / perSecond
      instance = Math.floor(random() * count)
    }
    const isWrite = random() < writeShare && (writers[instance] === true || !writers.includes(true))
    const method: Method = pick<Method>(random, isWrite ? writes : reads)
    const first = random() < 0.7 ? Math.floor(random() * hot) : Math.floor(random() * world.rows.length)
    const call: Call = {
      at,
      type: 'call',
      method,
      instance,
      rows: [first, ...(method.endsWith('Many') ? [...world.rows.keys()].filter(() => random() < 0.5) : [])],
      target: Math.floor(random() * 64),
      dice: Math.floor(random() * WORD),
      strict: isWrite && random() < strictShare,
      next: isWrite ? pick(random, [undefined, 'get', 'getSync', 'getOrSet']) : undefined,
    }
    calls.push(call)
    if (isWrite && random() < raceShare) calls.push(racing(random, call, count))
  }
  return calls
}

/** A load of a row that is about to change, so that the two may meet anywhere. */
function racing(random: Random, write: Call, count: number): Call {
  return {
    ...write,
    at: Math.max(1, write.at - random() ** 2 * RACE_MS),
    method: 'getOrSet',
    instance: Math.floor(random() * count),
    dice: Math.floor(random() * WORD),
    strict: false,
    next: undefined,
  }
}

function faultsOf(
  random: Random,
  world: World,
  count: number,
  durationMs: number,
  weather: Weather,
): Fault[] {
  if (weather === 'calm') return []
  const names: readonly FaultName[] =
    weather === 'away'
      ? ['redis down']
      : weather === 'failovers'
        ? pick(random, FAILOVERS)
        : some(random, FAULTS, pick(random, [0.1, 0.25, 0.5]), [pick(random, FAULTS)])
  const total = weather === 'failovers' ? Math.floor(random() * 3) : 1 + Math.floor(random() ** 2 * 14)
  const { deadlineMs, deltaMs } = world
  return Array.from({ length: total }, () => ({
    at: 20 + random() * (durationMs - 25),
    type: 'fault' as const,
    name: pick(random, names),
    instance: Math.floor(random() * count),
    forMs: pick(random, [5, deadlineMs, 3 * deadlineMs, deltaMs, 2 * deltaMs + 100, 1700]),
    dice: Math.floor(random() * WORD),
  }))
}

/**
 * What goes on next to a fault of the log: writes like those planned, of which it may lose some while others use their numbers again, and
 * loads of the same rows. An instance may die that knows of them; or nobody hears of them.
 */
function around(
  random: Random,
  { at, name, instance }: Fault,
  calls: readonly Call[],
  count: number,
): Step[] {
  const writes = calls.filter(call => !isRead(call.method))
  if (!FAULTS_OF_THE_LOG.includes(name) || writes.length === 0) return []
  const steps: Step[] = []
  for (let left = Math.floor(random() * 5); left > 0; left--) {
    const write = { ...pick(random, writes), at: Math.max(1, at + (random() - 0.4) * 2 * AROUND_MS) }
    steps.push(write)
    if (random() < 0.5) steps.push({ ...racing(random, write, count), at: write.at + 1 + random() * 8 })
  }
  const fault = (kind: FaultName, whom: number, before: number, forMs: number): Fault => {
    return { at: Math.max(1, at - before), type: 'fault', name: kind, instance: whom, forMs, dice: 0 }
  }
  if (random() < DEATH_SHARE) steps.push(fault('crash', instance, random() * 4, 100))
  if (random() < DEAF_SHARE)
    for (let whom = 0; whom < count; whom++)
      steps.push(fault('messages late', whom, AROUND_MS, AROUND_MS + 2))
  return steps
}

/** One or two failovers with all that makes them hard. */
function stagedIn(random: Random, world: World, count: number, durationMs: number): readonly Step[] {
  const first = drama(random, 150 + random() * (durationMs - 900), world, count)
  return random() < 0.7 ? first : [...first, ...drama(random, durationMs - random() * 200, world, count)]
}

/** Just before all becomes quiet: rows are loaded and change, and nobody reads them any more but the readers at the end. */
function lastCalls(random: Random, world: World, count: number, durationMs: number): Call[] {
  return [...world.rows.keys()].flatMap(row => {
    if (random() < 0.5) return []
    const call = (method: Method, beforeMs: number): Call => ({
      at: durationMs - beforeMs,
      type: 'call',
      method,
      instance: Math.floor(random() * count),
      rows: [row],
      target: 0,
      dice: Math.floor(random() * WORD),
      strict: false,
      next: undefined,
    })
    const from = 25 + random() * 20
    return [
      call('delete', from + 20),
      call('getOrSet', from),
      call(pick<Method>(random, ['delete', 'delete', 'set', 'expire']), from - random() * 20),
    ]
  })
}

function some<T>(random: Random, list: readonly T[], share: number, always: readonly T[]): readonly T[] {
  const chosen = list.filter(one => random() < share || always.includes(one))
  return chosen.length === 0 ? list : chosen
}

function pick<T>(random: Random, list: readonly T[]): T {
  const one = list[Math.floor(random() * list.length)]
  if (one === undefined && !list.includes(one as T)) throw new Error('There is nothing to pick from.')
  return one as T
}
