import { setTimeout as wait } from 'node:timers/promises'
import { type Cache, CacheError, type Invalidation } from '@tiercache/core'
import type { Load } from './load.ts'
import { OPERATIONS, type Operation, STALE_KEY } from './operations.ts'
import { type Sample, timed } from './sample.ts'
import { home, OLD, type Target, TARGETS } from './targets.ts'

/** What became of an invalidation while Redis was sick. */
interface Invalidated {
  readonly name: string
  readonly status: Invalidation['status'] | 'rejected'
  /** No read here had the old value from then on. */
  readonly obeyed: boolean
}

/** What an application saw while Redis was sick. */
export interface SickTime {
  readonly samples: readonly Sample[]
  /** Calls that rejected, or answered what they must not. */
  readonly wrong: readonly string[]
  readonly invalidated: readonly Invalidated[]
  /** How an invalidation ended that may not be deferred: `committed`, or the code of its error. */
  readonly strict: string
  /** What a failing loader got, with a stale value at hand. */
  readonly stale: string
  readonly opened: boolean
  /** What a read cost that found the circuit open, in ms: a look-up, or a load that takes no time. */
  readonly openReads: readonly number[]
  /** The most errors that were told within one second. */
  readonly errorsPerSecond: number
}

const ROUND_MS = 300
const OPEN_READS = 150
/** As long as it may take to provoke the circuit. */
const PATIENCE_MS = 1500

/** Tries everything on a cache whose Redis is sick, for this long. `waiting` are the invalidations that are not in Redis yet. */
export async function endure(
  cache: Cache,
  load: Load,
  ms: number,
): Promise<{ sick: SickTime; waiting: Promise<void>[] }> {
  const end = performance.now() + ms
  const errors: number[] = []
  let opened = false
  const stopListening = [
    cache.on('error', () => errors.push(performance.now())),
    cache.on('breaker', ({ state }) => {
      if (state === 'open') opened = true
    }),
  ]
  load.samples.length = 0
  const samples: Sample[] = []
  const first = round(cache, samples)
  const invalidated = await Promise.all(TARGETS.map(target => invalidate(cache, target)))
  const strict = await deleteStrictly(cache)
  const stale = await failToLoad(cache)
  await first
  await tryBulks(cache, samples)
  await rounds(cache, end, samples)
  const openReads = await readWithOpenCircuit(cache)
  const seenAgain = await Promise.all(TARGETS.map(target => sees(cache, target)))
  await load.stop()
  samples.push(await timed('idle', 'idle', () => cache.idle()))
  samples.push(...load.samples)
  load.start()
  for (const stop of stopListening) stop()
  const sick = {
    samples: samples.map(({ operation, kind, ms: took }) => ({ operation, kind, ms: took })),
    wrong: [...new Set(samples.flatMap(wrongOf))],
    invalidated: invalidated.map(({ name, status, obeyed }, i) => {
      return { name, status, obeyed: obeyed && seenAgain[i] === false }
    }),
    strict,
    stale,
    opened,
    openReads,
    errorsPerSecond: most(errors, 1000),
  }
  return { sick, waiting: invalidated.flatMap(({ done }) => done ?? []) }
}

let called = 0

/** Every operation at once, again and again: what one waits for must not depend on the others. */
async function rounds(cache: Cache, end: number, samples: Sample[]): Promise<void> {
  const begun: Promise<void>[] = []
  while (performance.now() < end) {
    begun.push(round(cache, samples))
    await wait(ROUND_MS)
  }
  await Promise.all(begun)
}

async function round(cache: Cache, samples: Sample[]): Promise<void> {
  const light = OPERATIONS.filter(({ kind }) => kind !== 'bulk')
  await Promise.all(light.map(async operation => samples.push(await tryOne(cache, operation))))
}

/** Operations that are work enough to delay others, each alone. */
async function tryBulks(cache: Cache, samples: Sample[]): Promise<void> {
  for (const operation of OPERATIONS)
    if (operation.kind === 'bulk') samples.push(await tryOne(cache, operation))
}

async function tryOne(cache: Cache, { name, kind, run, expects }: Operation): Promise<Sample> {
  const n = called++
  const sample = await timed(name, kind, () => run(cache, n))
  if (sample.error !== undefined || expects === undefined || expects(sample.answer)) return sample
  return { ...sample, error: `answered ${JSON.stringify(sample.answer)}` }
}

async function invalidate(
  cache: Cache,
  target: Target,
): Promise<Invalidated & { readonly done?: Promise<void> }> {
  try {
    const { status, done } = await target.invalidate(cache)
    return { name: target.name, status, obeyed: !(await sees(cache, target)), done }
  } catch {
    return { name: target.name, status: 'rejected', obeyed: !(await sees(cache, target)) }
  }
}

async function sees(cache: Cache, target: Target): Promise<boolean> {
  const own = home(cache, target)
  return own.getSync(target.key) === OLD || (await own.get(target.key)) === OLD
}

/** How an invalidation ends that may not be deferred. */
async function deleteStrictly(cache: Cache): Promise<string> {
  try {
    return (await cache.delete('strict', { strict: true })).status
  } catch (error) {
    return error instanceof CacheError ? error.code : String(error)
  }
}

async function failToLoad(cache: Cache): Promise<string> {
  const failing = (): Promise<string> => Promise.reject(new Error('the database is away'))
  try {
    const entry = await cache.getOrSetEntry([STALE_KEY, 'fail'], failing, { grace: '1h' })
    return `${entry?.value}, ${entry?.stale === true ? 'stale' : 'fresh'}`
  } catch (error) {
    return String(error)
  }
}

/** Reads one after the other; those that begin with an open circuit count. */
async function readWithOpenCircuit(cache: Cache): Promise<number[]> {
  const times: number[] = []
  const end = performance.now() + PATIENCE_MS
  while (times.length < OPEN_READS && performance.now() < end) {
    const open = cache.stats().breaker === 'open'
    const n = called++
    const { ms } = await timed('open', 'read', () =>
      n % 2 === 0 ? cache.get(`open:${n}`) : cache.getOrSet(`open:${n}`, () => n),
    )
    if (open) times.push(ms)
    // The load beside it gets its turn.
    if (n % 10 === 0) await wait(1)
  }
  return times
}

function wrongOf({ operation, error }: Sample): string[] {
  return error === undefined ? [] : [`${operation}: ${error}`]
}

/** The most moments within a span. */
function most(moments: readonly number[], spanMs: number): number {
  let first = 0
  let found = 0
  for (const [i, at] of moments.entries()) {
    while ((moments[first] ?? at) < at - spanMs) first++
    found = Math.max(found, i - first + 1)
  }
  return found
}
