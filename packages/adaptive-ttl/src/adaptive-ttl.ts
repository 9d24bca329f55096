import type { TtlContext, TtlDecision, TtlExplanation } from '@tiercache/core'
import { optionError } from '@tiercache/core/options'
import { changedFrom, fingerprint } from './fingerprint.ts'
import { type KeyState, packState, unpackState } from './key-state.ts'
import {
  type AdaptiveTtlOptions,
  boundsOf,
  type ChangeOptions,
  checkChangeOptions,
  type OfAny,
  resolveOptions,
  type Settings,
  type TtlBounds,
} from './options.ts'
import { type OwnPolicy, ownPolicy } from './own-policy.ts'
import { type Bounds, type Cycle, Planner } from './planner.ts'
import { Strain } from './strain.ts'

/** What a policy has learnt on this instance. */
export interface AdaptiveTtlStats {
  /** `staleTarget`, or `staleAge` in ms. */
  readonly target: number
  /** What is taken to have been met lately; `undefined` before the first 300 loads. An estimate: nobody sees every change. */
  readonly achieved: number | undefined
  /** By what lifetimes are longer for the origin's sake; 1: not at all. */
  readonly stretch: number
  /** How often a key changes of which nothing is known yet, in ms. */
  readonly usualChangeEveryMs: number
}

/** A ttl policy that learns how often each key changes and is read. */
export interface AdaptiveTtl<T = unknown> extends OwnPolicy<T> {
  (value: T, context: TtlContext): TtlDecision
  readonly failed: NonNullable<OwnPolicy['failed']>
  readonly explain: (state: Uint8Array) => TtlExplanation | undefined
  /** The same policy, with what it learns, within other bounds: for one call, one type of key, one kind of request. Throws `CacheError` for bounds that cannot be. */
  within(bounds: TtlBounds): AdaptiveTtl<T>
  stats(): AdaptiveTtlStats
}

/**
 * A lifetime for each key by the square-root law (docs/adaptive-ttl.md): the fewest loads at which no more than `staleTarget` of all reads are served
 * a value that has changed. It learns change rates from whether a value is another one when it is loaded again, and read rates from hits.
 *
 * One policy is for keys with one target; give it to a cache, a type or a namespace. What it knows of a key is stored with the value, in 18 bytes, and
 * is found again as long as memory or Redis has the value, past its ttl for as long as its `grace`. Not guaranteed: the target, in the
 * first thousands of loads, for a single key, or where changes come in bursts.
 *
 * Throws `CacheError` for options that cannot be.
 */
export function adaptiveTtl(options?: OfAny<AdaptiveTtlOptions>): AdaptiveTtl
export function adaptiveTtl<T>(options?: AdaptiveTtlOptions<T>): AdaptiveTtl<T>
export function adaptiveTtl<T>(options: AdaptiveTtlOptions<T> = {}): AdaptiveTtl<T> {
  const settings = resolveOptions(options)
  checkChangeOptions(options)
  const planner = new Planner(settings.goal, settings.initialMs, settings.mostChance)
  const strain = new Strain(settings.stretch)
  return policyOf({ settings, options, planner, strain }, settings)
}

interface Parts<T> {
  readonly settings: Settings<T>
  readonly options: ChangeOptions<T>
  readonly planner: Planner
  readonly strain: Strain
}

function policyOf<T>(parts: Parts<T>, bounds: Bounds): AdaptiveTtl<T> {
  const { planner, strain, settings } = parts
  const policy = Object.assign((value: T, context: TtlContext) => decide(parts, bounds, value, context), {
    failed: ({ loadMs }: { readonly loadMs: number }) => strain.note(loadMs, true),
    explain: (bytes: Uint8Array) => explain(planner, bounds, bytes),
    within: (narrower: TtlBounds) => policyOf(parts, boundsOf(narrower, bounds)),
    stats: () => ({
      target: settings.goal.target,
      achieved: planner.controller.achieved,
      stretch: strain.factor,
      usualChangeEveryMs: Math.round(Math.exp(-planner.prior.logChanges)),
    }),
  })
  return ownPolicy<T, typeof policy>(policy)
}

function decide<T>(parts: Parts<T>, bounds: Bounds, value: T, context: TtlContext): TtlDecision {
  const { planner, strain, settings } = parts
  if (context.loadMs > 0) strain.note(context.loadMs, false)
  const before = unpackState(context.previous?.state)
  const mark = markOf(parts.options, value, context, before)
  const cycle =
    before && cycleOf(parts.options, value, context, changedFrom(before.fingerprint, mark, context))
  const after = before === undefined || cycle === undefined ? planner.prior : planner.learn(before, cycle)
  const ms = planner.lifetime(after, costOf(settings, value, context), bounds)
  const stretch = strain.factor
  const ttl = Math.max(1, Math.round(Math.min(bounds.maxMs, ms * stretch)))
  return { ttl, state: packState({ ...after, fingerprint: mark, stretched: stretch > 1 }) }
}

function markOf<T>(
  { version }: ChangeOptions<T>,
  value: T,
  { notModified, version: known }: TtlContext,
  before: KeyState | undefined,
): number {
  return notModified && before !== undefined && before.fingerprint !== 0
    ? before.fingerprint
    : fingerprint(value, version, known)
}

function cycleOf<T>(
  options: ChangeOptions<T>,
  value: T,
  { previous, loadMs }: TtlContext,
  seen: boolean | undefined,
): Cycle | undefined {
  if (previous === undefined) return undefined
  const { ageMs: spanMs, ttlMs, hits, invalidatedMs } = previous
  const invalidated = invalidatedMs !== undefined
  // Whoever invalidates a value that nobody can compare knows that it has changed.
  const changed = seen ?? (invalidated ? true : undefined)
  const unchangedMs = changed ? (invalidatedMs ?? unchangedFor(options, value, spanMs)) : undefined
  return { spanMs, ttlMs, loadMs, hits, changed, unchangedMs, invalidated }
}

/** How long after the load before the value changed, by its own account. A clock that is wrong makes it one of the ends. */
function unchangedFor<T>(
  { modifiedAt, now = Date.now }: ChangeOptions<T>,
  value: T,
  spanMs: number,
): number | undefined {
  const at = modifiedAt?.(value)?.valueOf()
  if (at === undefined || !Number.isFinite(at)) return undefined
  return Math.min(spanMs, Math.max(0, spanMs - (now() - at)))
}

function costOf<T>({ cost }: Settings<T>, value: T, context: TtlContext): number {
  if (cost === undefined) return 1
  const given = cost(value, context)
  if (given > 0 && given < Infinity) return given
  throw optionError('cost', given, 'must give a number above 0')
}

function explain(planner: Planner, bounds: Bounds, bytes: Uint8Array): TtlExplanation | undefined {
  const state = unpackState(bytes)
  return (
    state && {
      changeEveryMs: Math.round(Math.exp(-state.logChanges)),
      readEveryMs: Math.round(state.spanMs / state.reads),
      loads: state.samples,
      ttlMs: Math.round(planner.lifetime(state, 1, bounds)),
      stretched: state.stretched,
    }
  )
}
