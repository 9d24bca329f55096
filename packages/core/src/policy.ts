import { type Duration, parseDuration, parseDurationOrZero } from './duration.ts'
import { MAX_STATE_BYTES } from './codec/envelope.ts'
import { checkNames, flag, optionError, unknownOption } from './checks.ts'
import { checkTag } from './key.ts'

/** Lifetimes that differ by tier. The one left out follows the other: memory never outlives Redis. */
export interface TierTtl {
  readonly memory?: Duration
  readonly redis?: Duration
}

/** What is still known of the value that a key had before. Counted on this instance. */
export interface PreviousValue {
  /** Time from when it was stored until now, in ms. */
  readonly ageMs: number
  /** How long it was to be fresh, in ms. */
  readonly ttlMs: number
  /** Reads that it answered from memory here; `undefined` where memory is off or no longer has it, so that nobody counted. */
  readonly hits: number | undefined
  /** Its age when it was seen to be invalidated, in ms; `undefined` if it was not. A `set` invalidates, too. */
  readonly invalidatedMs: number | undefined
  /** What the policy gave to be kept with it. From Redis, so perhaps from another version of the policy: check it. */
  readonly state: Uint8Array | undefined
}

/** What a `TtlPolicy` may look at beside the value. */
export interface TtlContext {
  /** The key as printed. */
  readonly key: string
  readonly tags: readonly string[]
  /** How long the loader took, 0 for a `set`. */
  readonly loadMs: number
  /** The loader said `notModified()`: it is the value from before. */
  readonly notModified: boolean
  /** The value from before; `undefined` where nothing is known of one. */
  readonly previous: PreviousValue | undefined
  /** Tells this value from others of its key, such as an ETag; absent where who stores it knows no version of it. */
  readonly version?: string
}

/** A lifetime, and what the policy wants to find in `context.previous.state` at the next load of the key. */
export interface TtlDecision {
  readonly ttl: Duration | TierTtl
  /** 20 bytes at most. It is stored with the value, in memory and in Redis. */
  readonly state: Uint8Array
}

/** A lifetime that a policy decided, for people. */
export type TtlExplanation = Readonly<Record<string, number | string | boolean>>

/**
 * Decides a lifetime from the value and from what became of the one before. Called once per load or `set`; what it throws fails that
 * load.
 */
export interface TtlPolicy<T = unknown> {
  (value: T, context: TtlContext): Duration | TierTtl | TtlDecision
  /** Called when a load failed, after `loadMs`. What it throws is lost. */
  readonly failed?: (failure: { readonly key: string; readonly loadMs: number }) => void
  /** Called by `Cache.explain`: the state of a value in words and numbers. */
  readonly explain?: (state: Uint8Array) => TtlExplanation | undefined
}

/** How long a value is fresh: one duration, one per tier, or a function of the value. */
export type Ttl<T = unknown> = Duration | TierTtl | TtlPolicy<T>

/** Deadlines of a loader. Both leave it running behind the answer, and its value is stored when it comes. */
export interface LoadTimeouts {
  /** After this long a stale value is served instead, if there is one. Default: none. */
  readonly soft?: Duration
  /** After this long the call ends: with a stale value if there is one, else with `E_TIMEOUT`. Default `'10s'`. */
  readonly hard?: Duration
}

/** The options of a value's life, for the cache, for a type of key, or for a call. */
export interface LifeOptions<T = unknown> {
  /** Default `'5m'`. */
  readonly ttl?: Ttl<T>
  /** Share of the ttl, 0 to 1, by which it is shortened at random, so that values stored together do not expire together. Default 0.1. */
  readonly jitter?: number
  /** How long past its ttl a value may be served where a stale one is allowed. Default 0: never. */
  readonly grace?: Duration
  /** Answer with a stale value at once and refresh it behind the answer. Needs `grace`. Default `false`. */
  readonly swr?: boolean
  /** Refresh in the background once this share of the ttl has passed, 0 to 1. Default 0: off. */
  readonly refreshAhead?: number
  /** The ttl of `null`. Default: as any value. */
  readonly negativeTtl?: Duration
  readonly timeouts?: LoadTimeouts
}

/** The options of one call. */
export interface CallOptions<T = unknown> extends LifeOptions<T> {
  /** What the value depends on, 64 tags at most: `deleteByTag` on any of them invalidates it. */
  readonly tags?: readonly string[]
  /** Read past the cache, load, and store what was loaded. Default `false`. */
  readonly fresh?: boolean
}

/** The options of a call that stores or invalidates. */
export interface WriteOptions {
  /** Reject with `E_REDIS` instead of deferring when Redis cannot be reached. Default `false`. */
  readonly strict?: boolean
}

interface TierMs {
  readonly memoryMs: number
  readonly redisMs: number
}

/** How long one value lives, and what its policy keeps with it. */
export interface Life extends TierMs {
  readonly state?: Uint8Array
}

/** Options of a call over defaults, in ms, valid and frozen. */
export interface Policy {
  readonly ttl: TierMs | TtlPolicy
  readonly negativeTtl: TierMs | undefined
  readonly jitter: number
  readonly graceMs: number
  readonly swr: boolean
  readonly refreshAhead: number
  readonly softMs: number | undefined
  readonly hardMs: number
}

export const DEFAULT_POLICY: Policy = Object.freeze({
  ttl: { memoryMs: 300_000, redisMs: 300_000 },
  negativeTtl: undefined,
  jitter: 0.1,
  graceMs: 0,
  swr: false,
  refreshAhead: 0,
  softMs: undefined,
  hardMs: 10_000,
})

/** The names of `LifeOptions`. */
export const LIFE_OPTIONS: readonly (keyof LifeOptions)[] = [
  'ttl',
  'jitter',
  'grace',
  'swr',
  'refreshAhead',
  'negativeTtl',
  'timeouts',
]
const CALL_OPTIONS = [...LIFE_OPTIONS, 'tags', 'fresh', 'strict']
const MAX_TAGS = 64

/** The defaults with options over them. Throws `CacheError` naming the option, the value and the remedy. */
export function resolvePolicy(options: LifeOptions<never>, defaults: Policy, path = ''): Policy {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
  const timeouts = checkTimeouts(options.timeouts, at('timeouts'))
  const policy: Policy = Object.freeze({
    ttl:
      options.ttl === undefined
        ? defaults.ttl
        : typeof options.ttl === 'function'
          ? (options.ttl as TtlPolicy)
          : parseTierTtl(options.ttl, defaults.ttl, at('ttl')),
    negativeTtl:
      options.negativeTtl === undefined
        ? defaults.negativeTtl
        : parseTierTtl(options.negativeTtl, defaults.ttl, at('negativeTtl')),
    jitter: share(options.jitter, defaults.jitter, at('jitter')),
    graceMs: options.grace === undefined ? defaults.graceMs : parseDurationOrZero(options.grace, at('grace')),
    swr: flag(options.swr, defaults.swr, at('swr')),
    refreshAhead: share(options.refreshAhead, defaults.refreshAhead, at('refreshAhead')),
    softMs: timeouts.soft === undefined ? defaults.softMs : parseDuration(timeouts.soft, at('timeouts.soft')),
    hardMs: timeouts.hard === undefined ? defaults.hardMs : parseDuration(timeouts.hard, at('timeouts.hard')),
  })
  checkTogether(policy, options, at)
  return policy
}

/** Options that contradict each other: told of the one that was given, which may contradict a default. */
function checkTogether(
  policy: Policy,
  { grace, timeouts }: LifeOptions<never>,
  at: (name: string) => string,
): void {
  if (policy.swr && policy.graceMs === 0) {
    const remedy = "swr needs a grace, such as '10m': without one no stale value is ever kept"
    throw grace === undefined
      ? optionError(at('swr'), true, `must not be set alone: ${remedy}`)
      : optionError(at('grace'), grace, `must not be 0 with swr: ${remedy}`)
  }
  if (policy.softMs === undefined || policy.softMs <= policy.hardMs) return
  throw timeouts?.soft === undefined
    ? optionError(
        at('timeouts.hard'),
        timeouts?.hard,
        `must not be shorter than timeouts.soft (${policy.softMs} ms)`,
      )
    : optionError(
        at('timeouts.soft'),
        timeouts.soft,
        `must not be longer than timeouts.hard (${policy.hardMs} ms)`,
      )
}

function checkTimeouts(timeouts: LoadTimeouts | undefined, path: string): LoadTimeouts {
  checkNames(timeouts, ['soft', 'hard'], path)
  return timeouts ?? {}
}

/** Throws `CacheError` `E_OPTION` for names a call does not have. */
export function checkCallOptions(options: object): void {
  checkNames(options, CALL_OPTIONS, '')
}

/** Whether a call that invalidates is strict. Throws `CacheError` `E_OPTION` for names it does not have. */
export function checkStrict(options: WriteOptions): boolean {
  checkNames(options, ['strict'], '')
  return flag(options.strict, false, 'strict')
}

/** Throws `CacheError` `E_OPTION` for names that do not describe a value's life. */
export function checkLifeOptions(options: object, path: string): void {
  checkNames(options, LIFE_OPTIONS, path)
}

/** The tags of a call, each valid and named once. */
export function checkTags(tags: readonly string[] | undefined, path = 'tags'): readonly string[] {
  if (tags === undefined) return NO_TAGS
  if (!Array.isArray(tags)) throw optionError(path, tags, 'must be an array of strings')
  const distinct = [...new Set(tags.map(tag => checkTag(tag, path)))]
  if (distinct.length > MAX_TAGS) throw optionError(path, distinct.length, `must be ${MAX_TAGS} tags at most`)
  return distinct
}
export const NO_TAGS: readonly string[] = Object.freeze([])

/** How long this value lives in each tier: its policy's ttl less its jitter. Throws what a `TtlPolicy` throws. */
export function lifetimeOf(policy: Policy, value: unknown, context: TtlContext, random: () => number): Life {
  const ttl: Life =
    value === null && policy.negativeTtl !== undefined
      ? policy.negativeTtl
      : typeof policy.ttl === 'function'
        ? decided(policy.ttl(value, context))
        : policy.ttl
  const kept = 1 - policy.jitter * random()
  return {
    memoryMs: Math.max(1, Math.round(ttl.memoryMs * kept)),
    redisMs: Math.max(1, Math.round(ttl.redisMs * kept)),
    ...(ttl.state !== undefined && { state: ttl.state }),
  }
}

function decided(decision: Duration | TierTtl | TtlDecision): Life {
  if (typeof decision !== 'object' || decision === null || !('state' in decision))
    return parseTierTtl(decision, DEFAULT_POLICY.ttl, 'ttl')
  const { ttl, state } = decision
  if (!(state instanceof Uint8Array) || state.length > MAX_STATE_BYTES)
    throw optionError('ttl.state', state, `must be a Uint8Array of ${MAX_STATE_BYTES} bytes at most`)
  return { ...parseTierTtl(ttl, DEFAULT_POLICY.ttl, 'ttl'), state }
}

function parseTierTtl(ttl: Duration | TierTtl, inherited: TierMs | TtlPolicy, path: string): TierMs {
  if (typeof ttl !== 'object' || ttl === null || Array.isArray(ttl)) {
    const ms = parseDuration(ttl, path)
    return { memoryMs: ms, redisMs: ms }
  }
  for (const name of Object.keys(ttl)) {
    if (name !== 'memory' && name !== 'redis') throw unknownOption(`${path}.${name}`, ['memory', 'redis'])
  }
  const from = typeof inherited === 'function' ? (DEFAULT_POLICY.ttl as TierMs) : inherited
  const memory = ttl.memory === undefined ? undefined : parseDuration(ttl.memory, `${path}.memory`)
  const redis = ttl.redis === undefined ? undefined : parseDuration(ttl.redis, `${path}.redis`)
  const redisMs = redis ?? Math.max(from.redisMs, memory ?? 0)
  const memoryMs = memory ?? Math.min(from.memoryMs, redisMs)
  if (memoryMs > redisMs) {
    throw optionError(
      `${path}.memory`,
      ttl.memory,
      `must not be longer than ${path}.redis: memory holds copies of what Redis holds`,
    )
  }
  return { memoryMs, redisMs }
}

function share(value: unknown, fallback: number, path: string): number {
  if (value === undefined) return fallback
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    throw optionError(path, value, 'must be a number from 0 to 1')
  return value
}
