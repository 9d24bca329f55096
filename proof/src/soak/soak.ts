import { startRedis } from '@tiercache/redis-server'
import { Redis } from 'ioredis'
import { randomOf } from '../random.ts'
import { now, pass } from '../real/monotonic.ts'
import { Database } from './database.ts'
import { FAULTS, type Victims } from './faults.ts'
import type { Sample } from './messages.ts'
import { Seat } from './seat.ts'
import { Staleness } from './staleness.ts'

export interface SoakPlan {
  readonly minutes: number
  readonly instances: number
  readonly seed: number
  /** Ends it early, with what was seen so far. */
  readonly signal: AbortSignal
  readonly onProgress: (share: number, what: string) => void
}

/** All instances and Redis at one moment. */
export interface Moment {
  /** Since the load began. */
  readonly minutes: number
  /** By instance; those that could not be asked are left out. */
  readonly samples: ReadonlyMap<number, Sample>
  readonly redisBytes: number | undefined
}

/** What a soak has seen. */
export interface Seen {
  readonly moments: readonly Moment[]
  readonly minutes: number
  /** Whether it ran as long as it was meant to. */
  readonly complete: boolean
  readonly faults: ReadonlyMap<string, number>
  readonly violations: readonly string[]
  readonly deaths: readonly string[]
  /** Reads held against the bound, and how long after a commit an older value was still seen. */
  readonly judged: number
  readonly worstMs: number
}

const DELTA_MS = 2000
const SLACK_MS = 150
const SAMPLES = 240
const TABLES_EVERY_MS = 30_000
const ASK_MS = 20_000
const KEPT_WORDS = 50

/** Instances under mixed load on a Redis that is hurt now and then. */
export async function soak(plan: SoakPlan): Promise<Seen> {
  const { instances, seed, onProgress } = plan
  await using stack = new AsyncDisposableStack()
  const start = async (): Promise<Awaited<ReturnType<typeof startRedis>>> => {
    const server = await startRedis()
    stack.defer(() => server.stop())
    return server
  }
  onProgress(0, 'starting')
  const [server, truth] = [await start(), await start()]
  const admin = new Redis(server.url)
  admin.on('error', () => {})
  stack.defer(() => admin.disconnect())
  const database = new Database(truth.url)
  stack.defer(() => database.close())
  const staleness = new Staleness(DELTA_MS + SLACK_MS)
  const violations: string[] = []
  const deaths: string[] = []
  const note = (list: string[], text: string): void => void (list.length < KEPT_WORDS && list.push(text))
  const seats = await Promise.all(
    Array.from({ length: instances }, (_, instance) =>
      Seat.start(
        { instance, instances, redisUrl: server.url, databaseUrl: truth.url, seed },
        {
          facts: (one, { reads, commits }) => {
            staleness.commits(commits, now())
            staleness.reads(one, reads)
          },
          violation: (one, text) => note(violations, `#${one}: ${text}`),
          died: (one, how) => note(deaths, `#${one} ended: ${how}`),
        },
      ),
    ),
  )
  stack.defer(async () => void (await Promise.all(seats.map(seat => seat.end()))))
  for (const seat of seats) seat.order({ type: 'begin' })
  const victims: Victims = { server, admin, seats, random: randomOf(seed) }
  const faults = new Map<string, number>()
  const stop = new AbortController()
  const hurting = hurt(victims, faults, plan, stop.signal)
  const moments = await watch(plan, seats, admin, deaths, () => staleness.violations + violations.length)
  stop.abort()
  await hurting
  const complete = !plan.signal.aborted && deaths.length === 0
  if (complete) await settle(seats, database, text => note(violations, text))
  return {
    moments,
    minutes: moments.at(-1)?.minutes ?? 0,
    complete,
    faults,
    violations: [...staleness.told, ...violations],
    deaths,
    judged: staleness.judged,
    worstMs: staleness.worstMs,
  }
}

/** One fault after another, with quiet between them. The last seconds are left in peace, so that all can heal. */
async function hurt(
  victims: Victims,
  faults: Map<string, number>,
  { minutes, signal }: SoakPlan,
  stop: AbortSignal,
): Promise<void> {
  const end = now() + minutes * 60_000 - 10_000
  const [least, more] = minutes < 5 ? [1500, 2500] : [4000, 8000]
  let names: string[] = []
  while (true) {
    await pass(least + more * victims.random())
    if (stop.aborted || signal.aborted || now() > end) return
    // All of them in each round: tables that a flush empties are never long without one.
    if (names.length === 0) names = Object.keys(FAULTS)
    const [name = ''] = names.splice(Math.floor(victims.random() * names.length), 1)
    faults.set(name, (faults.get(name) ?? 0) + 1)
    // What it is done with may be hurt itself; that a connection of the soak's own broke is no finding.
    await FAULTS[name]?.(victims).catch(() => {})
  }
}

/** Asks all instances how they are, until the time is up. */
async function watch(
  { minutes, signal, onProgress }: SoakPlan,
  seats: readonly Seat[],
  admin: Redis,
  deaths: readonly string[],
  violations: () => number,
): Promise<Moment[]> {
  const moments: Moment[] = []
  const begin = now()
  const length = minutes * 60_000
  const every = Math.min(30_000, Math.max(2000, length / SAMPLES))
  let tablesAt = begin
  for (let due = begin + every; now() < begin + length; due = Math.max(due + every, now())) {
    while (now() < due && !signal.aborted) await pass(Math.min(200, Math.max(1, due - now())))
    if (signal.aborted || deaths.length > 0) break
    const tables = now() >= tablesAt
    if (tables) tablesAt = now() + TABLES_EVERY_MS
    const found = new Map<number, Sample>()
    await Promise.all(
      seats.map(async seat => {
        const sample = await seat.sample(tables, ASK_MS)
        if (sample !== undefined) found.set(seat.instance, sample)
      }),
    )
    const moment = {
      minutes: (now() - begin) / 60_000,
      samples: new Map([...found].toSorted(([a], [b]) => a - b)),
      redisBytes: await usedMemory(admin),
    }
    onProgress((now() - begin) / length, describe(moment, moments.at(-1), violations()))
    moments.push(moment)
  }
  return moments
}

function describe(moment: Moment, before: Moment | undefined, violations: number): string {
  const of = (one: Moment | undefined, pick: (sample: Sample) => number): number =>
    [...(one?.samples.values() ?? [])].reduce((sum, sample) => sum + pick(sample), 0)
  const seconds = (moment.minutes - (before?.minutes ?? 0)) * 60
  const rate = (of(moment, ({ reads }) => reads) - of(before, ({ reads }) => reads)) / seconds
  const heap = of(moment, sample => sample.heap) / Math.max(1, moment.samples.size) / 2 ** 20
  const deferred = of(moment, sample => sample.deferred)
  return `${Math.round(rate)} reads/s, heap ${heap.toFixed(1)} MB each, ${deferred} deferred, ${violations} violations`
}

async function usedMemory(admin: Redis): Promise<number | undefined> {
  const info = await Promise.race([admin.info('memory').catch(() => ''), pass(5000).then(() => '')])
  const bytes = /^used_memory:(\d+)/m.exec(info)?.[1]
  return bytes === undefined ? undefined : Number(bytes)
}

/** When all is quiet, every instance has of every key what the database has. */
async function settle(
  seats: readonly Seat[],
  database: Database,
  violation: (text: string) => void,
): Promise<void> {
  const answers = await Promise.all(seats.map(seat => seat.ask({ type: 'settle' }, 'settled', 60_000)))
  const truth = await database.all()
  for (const [instance, answer] of answers.entries()) {
    if (answer === undefined) {
      violation(`#${instance} did not come to rest within a minute`)
      continue
    }
    if (answer.deferred > 0)
      violation(`#${instance} still has ${answer.deferred} invalidations that wait for Redis`)
    const wrong = truth.flatMap((version, key) => (answer.versions[key] === version ? [] : [key]))
    const [key] = wrong
    if (key !== undefined)
      violation(
        `#${instance}, all being quiet, has another version than the database of ${wrong.length} items, such as ${key}: v${answer.versions[key]} for v${truth[key]}`,
      )
  }
}
