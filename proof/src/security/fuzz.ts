import { setImmediate as turn } from 'node:timers/promises'
import { CacheError } from '@tiercache/core'
import { cpuMs } from './cpu.ts'
import { type Dice, diceOf } from './dice.ts'
import { harmIn, pollutionWatch } from './harm.ts'
import { CRC_AT, HEAD_END, mutate } from './mutate.ts'
import { KEY, type Victim, victims } from './victims.ts'

/** What became of mutated values. */
export interface FuzzResult {
  readonly cases: number
  /** A miss, one `error` event, and thrown away: by the check that refused it. */
  readonly refused: ReadonlyMap<string, number>
  /** A miss without a word: it says itself that it is invalidated, expired or of another log. */
  readonly ignored: number
  /** Read: the mutation did not matter, or made another value of what nobody vouches for. */
  readonly read: number
  /** The most time of the processor that one value took. */
  readonly slowestMs: number
  readonly grownBytes: number
  readonly trips: number
  readonly failures: readonly { readonly title: string; readonly detail: string }[]
}

const MOST_FAILURES = 20
const MARK_AT = 2
const WHOLE_WAY_EVERY = 50
const TURN_EVERY = 500
/** The stand-in for Redis remembers what it held, to undo it: it is made anew after so many cases. */
const BATCH = 20_000

/**
 * Reads mutated values through caches: each must be refused as it is promised, or be a value that does no harm. Every
 * fiftieth is put into the stand-in for Redis and goes the whole way: refused, deleted there, loaded anew.
 */
export async function fuzz(
  seed: number,
  cases: number,
  onProgress: (share: number) => void = () => {},
): Promise<FuzzResult> {
  const dice = diceOf(seed)
  const judge = new Judge()
  const traces = Error.stackTraceLimit
  Error.stackTraceLimit = 0 // of a million refusals
  let settled = 0
  let trips = 0
  for (let from = 0; from < cases && judge.failures.length < MOST_FAILURES; from += BATCH) {
    onProgress(from / cases)
    trips += await fuzzBatch(dice, judge, `seed ${seed}`, from, Math.min(cases, from + BATCH))
    if (from === 0) settled = settledMemory()
  }
  Error.stackTraceLimit = traces
  judge.end()
  const { refused, ignored, served, slowestMs, failures } = judge
  return {
    cases,
    refused,
    ignored,
    read: served,
    slowestMs,
    grownBytes: settledMemory() - settled,
    trips,
    failures,
  }
}

/** Gives how often a circuit changed its state. */
async function fuzzBatch(dice: Dice, judge: Judge, seed: string, from: number, to: number): Promise<number> {
  const all = await victims()
  for (let i = from; i < to && judge.failures.length < MOST_FAILURES; i++) {
    if (i % TURN_EVERY === 0) await turn()
    const victim = dice.pick(all)
    const sample = dice.pick(victim.samples)
    const mutant = mutate(sample, dice.pick(dice.pick(all).samples), dice)
    const where = `${seed}, case ${i}, ${victim.name}`
    if (i % WHOLE_WAY_EVERY === 0) await judge.wholeWay(victim, mutant, where)
    else await judge.read(victim, sample, mutant, where)
  }
  await Promise.all(all.map(one => one[Symbol.asyncDispose]()))
  return all.reduce((sum, one) => sum + one.breaker(), 0)
}

function settledMemory(): number {
  globalThis.gc?.()
  return process.memoryUsage().rss
}

/** Holds each reading to what is promised. */
class Judge {
  readonly refused = new Map<string, number>()
  ignored = 0
  served = 0
  slowestMs = 0
  readonly failures: { readonly title: string; readonly detail: string }[] = []
  readonly #isPolluted = pollutionWatch()
  end(): void {
    if (this.#isPolluted(true))
      this.#fail('something all programs share was changed', 'at the end', Buffer.alloc(0))
  }

  /** Answers one read with the bytes. */
  async read(victim: Victim, sample: Buffer, mutant: Buffer, where: string): Promise<void> {
    const { cache, store, errors } = victim
    store.bytes = mutant
    const from = cpuMs()
    const value = await cache
      .get(KEY)
      .catch((error: unknown) => this.#fail('a read rejected', where, mutant, error))
    this.slowestMs = Math.max(this.slowestMs, cpuMs() - from)
    store.bytes = undefined
    const heard = errors.splice(0)
    const discarded = store.discarded.splice(0)
    if (this.#isPolluted()) this.#fail('something all programs share was changed', where, mutant)
    if (value !== undefined) return this.#judgeServed(victim, mutant, value, where)
    if (heard.length === 0 && discarded.length === 0) return this.#judgeIgnored(sample, mutant, where)
    const [event] = heard
    if (heard.length !== 1 || event === undefined)
      return this.#fail(`${heard.length} events for one value`, where, mutant)
    if (discarded.length !== 1 || discarded[0]?.equals(mutant.subarray(0, HEAD_END)) !== true)
      return this.#fail('not thrown away, or not by its own first bytes', where, mutant)
    this.#countRefusal(event.error, where, mutant)
  }

  /** Puts the bytes where Redis would have them. */
  async wholeWay({ cache, redis, store, errors }: Victim, mutant: Buffer, where: string): Promise<void> {
    if (mutant.length === 0) return // no value at all
    redis.poison(KEY, mutant)
    const value = await cache.get(KEY)
    const refused = errors.splice(0).length > 0
    if (refused && redis.bytes(KEY) !== undefined) this.#fail('still in Redis', where, mutant)
    if (refused && value !== undefined) this.#fail('read and refused', where, mutant)
    // What was not refused is in nobody's way: it is replaced, or it is served.
    const loaded = await cache.getOrSet(KEY, () => 'loaded', { tags: ['x'] })
    if (refused && loaded !== 'loaded') this.#fail('not loaded anew', where, mutant)
    await cache.idle()
    await cache.delete('another') // the stand-in remembers what came since the last record, to undo it
    errors.length = 0
    store.discarded.length = 0
  }

  #judgeServed(victim: Victim, mutant: Buffer, value: unknown, where: string): void {
    this.served++
    const written = victim.written.some(bytes => bytes.subarray(CRC_AT).equals(mutant.subarray(CRC_AT)))
    if (victim.protected && !written) this.#fail('a forged value was read', where, mutant)
    const harm = harmIn(value)
    if (harm !== undefined) this.#fail(`${harm} was read`, where, mutant)
  }

  #judgeIgnored(sample: Buffer, mutant: Buffer, where: string): void {
    this.ignored++
    // Only mark, S0, epoch, times and tags say so, none of which is read before the checks in front of them.
    if (mutant.subarray(MARK_AT).equals(sample.subarray(MARK_AT)))
      this.#fail('a good value was not read', where, mutant)
  }

  #countRefusal(error: unknown, where: string, mutant: Buffer): void {
    if (!(error instanceof CacheError) || error.code !== 'E_CODEC')
      return this.#fail('an error of another kind', where, mutant, error)
    const check = error.message
      .replace(/^[^:]*: /, '')
      .replace(/ ?[(:].*$/s, '')
      .replace(/\b\d+/g, 'n')
    this.refused.set(check, (this.refused.get(check) ?? 0) + 1)
  }

  #fail(title: string, where: string, mutant: Buffer, error?: unknown): void {
    const cause =
      error === undefined
        ? ''
        : `\n${error instanceof Error ? (error.stack ?? error.message) : 'not an error'}`
    this.failures.push({ title, detail: `${where}\n${mutant.toString('hex').slice(0, 4000)}${cause}` })
  }
}
