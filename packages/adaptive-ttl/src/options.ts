import { CacheError, type Duration, type TtlContext } from '@tiercache/core'
import { checkNames, optionError, parseDuration } from '@tiercache/core/options'
import type { VersionOf } from './fingerprint.ts'
import { ageGoal, type Goal, ratioGoal } from './goal.ts'
import type { Bounds } from './planner.ts'

/** The bounds of a lifetime. Jitter comes off what is between them. */
export interface TtlBounds {
  /** Default `'1s'`. */
  readonly minTtl?: Duration
  /** Default `'1d'`. */
  readonly maxTtl?: Duration
}

/** How a policy notices that a value has changed. */
export interface ChangeOptions<T> {
  /** The value's version, such as an ETag, a revision or an `updatedAt`. Default: a hash of the value, for which it is encoded once more. */
  readonly version?: VersionOf<T>
  /** When the value last changed, if it says so: a Date, or ms since 1970. Default: somewhere between two loads. */
  readonly modifiedAt?: (value: T) => Date | number | undefined
  /** The time in ms since 1970, to which `modifiedAt` is compared. Default: the system's. For tests. */
  readonly now?: () => number
}

/** What `adaptiveTtl` takes. */
export interface AdaptiveTtlOptions<T = unknown> extends TtlBounds, ChangeOptions<T> {
  /** The share of all reads that may be served a value which has changed, above 0 and below 1. Default 0.02. */
  readonly staleTarget?: number
  /** Instead of `staleTarget`: for how long what is served may have been out of date, averaged over all reads. */
  readonly staleAge?: Duration
  /** Where a key begins of which nothing is known, before anything was learnt. Too short costs a few loads, too long stale reads. Default `'30s'`. */
  readonly initialTtl?: Duration
  /** The most likely that a value changes while it is fresh, above 0 and below 1. Less of it treats keys more alike. Default 0.5. */
  readonly mostChance?: number
  /** What a load costs, 1 being usual: dearer ones live longer. Default: all cost the same. */
  readonly cost?: (value: T, context: TtlContext) => number
  /** By how much lifetimes may be longer while loads fail or are slow, 1 (never) to 100; `maxTtl` still holds. Default 4. */
  readonly stretch?: number
}

/** Options that hold for values of any type. */
export type OfAny<O> = Omit<O, 'version' | 'modifiedAt' | 'cost'>

export interface Settings<T> extends Bounds {
  readonly goal: Goal
  readonly initialMs: number
  readonly mostChance: number
  readonly stretch: number
  readonly cost: ((value: T, context: TtlContext) => number) | undefined
}

const CHANGE = ['version', 'modifiedAt', 'now']
const OWN = ['staleTarget', 'staleAge', 'initialTtl', 'mostChance', 'cost', 'stretch']

/** Throws `CacheError` naming the option, the value and the remedy. */
export function resolveOptions<T>(options: AdaptiveTtlOptions<T>): Settings<T> {
  checkNames(options, [...OWN, ...CHANGE, 'minTtl', 'maxTtl'], '')
  checkFunction(options.cost, 'cost')
  return {
    goal: goalOf(options),
    ...boundsOf(options),
    initialMs: parseDuration(options.initialTtl ?? '30s', 'initialTtl'),
    mostChance: between(options.mostChance ?? 0.5, 0, 1, 'mostChance'),
    stretch: stretchOf(options.stretch ?? 4),
    cost: options.cost,
  }
}

/** Throws `CacheError` for functions that are none. */
export function checkChangeOptions<T>({ version, modifiedAt, now }: ChangeOptions<T>): void {
  checkFunction(version, 'version')
  checkFunction(modifiedAt, 'modifiedAt')
  checkFunction(now, 'now')
}

/** The options of a simple policy: bounds and these. */
export function checkSimple<T>(options: TtlBounds & ChangeOptions<T>, own: readonly string[]): Bounds {
  checkNames(options, [...own, 'minTtl', 'maxTtl'], '')
  checkChangeOptions(options)
  return boundsOf(options)
}

/** Bounds over those that hold without them. */
export function boundsOf({ minTtl, maxTtl }: TtlBounds, over?: Bounds): Bounds {
  const minMs = minTtl === undefined ? (over?.minMs ?? 1000) : parseDuration(minTtl, 'minTtl')
  const maxMs = maxTtl === undefined ? (over?.maxMs ?? 86_400_000) : parseDuration(maxTtl, 'maxTtl')
  if (minMs <= maxMs) return { minMs, maxMs }
  throw maxTtl === undefined
    ? optionError('minTtl', minTtl, `must not be longer than maxTtl (${maxMs} ms)`)
    : optionError('maxTtl', maxTtl, `must not be shorter than minTtl (${minMs} ms)`)
}

/** A number above `least` and below `most`. */
export function between(value: unknown, least: number, most: number, path: string): number {
  if (typeof value === 'number' && value > least && value < most) return value
  throw optionError(path, value, `must be a number above ${least} and below ${most}`)
}

function goalOf<T>({ staleTarget, staleAge }: AdaptiveTtlOptions<T>): Goal {
  if (staleAge === undefined) return ratioGoal(between(staleTarget ?? 0.02, 0, 1, 'staleTarget'))
  if (staleTarget === undefined) return ageGoal(parseDuration(staleAge, 'staleAge'))
  throw new CacheError('E_OPTION', 'staleAge: give either staleTarget or staleAge, not both.', {
    path: 'staleAge',
    value: staleAge,
  })
}

function stretchOf(value: unknown): number {
  if (typeof value === 'number' && value >= 1 && value <= 100) return value
  throw optionError('stretch', value, 'must be a number from 1 to 100')
}

function checkFunction(value: unknown, path: string): void {
  if (value !== undefined && typeof value !== 'function') throw optionError(path, value, 'must be a function')
}
