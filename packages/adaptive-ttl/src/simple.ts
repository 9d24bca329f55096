import type { Duration, TtlContext, TtlDecision } from '@tiercache/core'
import { parseDuration } from '@tiercache/core/options'
import { changedFrom, fingerprint } from './fingerprint.ts'
import { between, type ChangeOptions, checkSimple, type OfAny, type TtlBounds } from './options.ts'
import { type OwnPolicy, ownPolicy } from './own-policy.ts'

/** What `alexTtl` takes. */
export interface AlexTtlOptions<T = unknown> extends TtlBounds, ChangeOptions<T> {
  /** The share of its age for which a value is fresh. Default 0.1. */
  readonly factor?: number
}

/** What `aimdTtl` takes. */
export interface AimdTtlOptions<T = unknown> extends TtlBounds, Omit<ChangeOptions<T>, 'modifiedAt' | 'now'> {
  /** Where a key begins. Default `'30s'`. */
  readonly initialTtl?: Duration
  /** By this the ttl grows when a value is found unchanged. Default `'10s'`. */
  readonly add?: Duration
  /** By this it is multiplied when the value has changed, above 0 and below 1. Default 0.5. */
  readonly factor?: number
}

/** The same lifetime for every value: what the others are measured against. Throws `CacheError` for what is no duration. */
export function fixedTtl(ttl: Duration): OwnPolicy {
  const ms = parseDuration(ttl, 'ttl')
  return ownPolicy(() => ms)
}

/**
 * What has not changed for long will not change soon: a lifetime that is a share of the time since the last change, as in the Alex file system (Cate,
 * 1992) and the heuristic freshness of RFC 9111 §4.2.2. By `modifiedAt`, else by the changes seen. Throws `CacheError` for options that cannot be.
 */
export function alexTtl(options?: OfAny<AlexTtlOptions>): OwnPolicy
export function alexTtl<T>(options?: AlexTtlOptions<T>): OwnPolicy<T>
export function alexTtl<T>(options: AlexTtlOptions<T> = {}): OwnPolicy<T> {
  const { minMs, maxMs } = checkSimple(options, ['factor', 'version', 'modifiedAt', 'now'])
  const factor = between(options.factor ?? 0.1, 0, 10, 'factor')
  const { now = Date.now, modifiedAt, version } = options
  return ownPolicy((value: T, context: TtlContext) => {
    const seen = see(value, context, ALEX, version)
    const at = modifiedAt?.(value)?.valueOf()
    const sinceMs =
      at === undefined || !Number.isFinite(at)
        ? seen.changed === false
          ? seen.number + (context.previous?.ageMs ?? 0)
          : 0
        : now() - at
    const ttl = Math.round(Math.max(minMs, Math.min(maxMs, factor * sinceMs)))
    return { ttl, state: pack(ALEX, sinceMs, seen.mark) }
  })
}

/** Additive increase, multiplicative decrease: longer by `add` for a value found unchanged, times `factor` for one that changed. Throws `CacheError` for options that cannot be. */
export function aimdTtl(options?: OfAny<AimdTtlOptions>): OwnPolicy
export function aimdTtl<T>(options?: AimdTtlOptions<T>): OwnPolicy<T>
export function aimdTtl<T>(options: AimdTtlOptions<T> = {}): OwnPolicy<T> {
  const { minMs, maxMs } = checkSimple(options, ['factor', 'initialTtl', 'add', 'version'])
  const factor = between(options.factor ?? 0.5, 0, 1, 'factor')
  const initialMs = parseDuration(options.initialTtl ?? '30s', 'initialTtl')
  const addMs = parseDuration(options.add ?? '10s', 'add')
  return ownPolicy((value: T, context: TtlContext) => {
    const { number, changed, mark } = see(value, context, AIMD, options.version)
    const lastMs = number > 0 ? number : initialMs
    const nextMs = changed === undefined ? lastMs : changed ? lastMs * factor : lastMs + addMs
    const ttl = Math.round(Math.max(minMs, Math.min(maxMs, nextMs)))
    return { ttl, state: pack(AIMD, ttl, mark) }
  })
}

/*
 * What a simple policy keeps:  0  1 B  which policy   1  8 B  its number, float64   9  4 B  fingerprint of the value
 */
const ALEX = 2
const AIMD = 3
const BYTES = 13

function pack(kind: number, number: number, mark: number): TtlDecision['state'] {
  const view = new DataView(new ArrayBuffer(BYTES))
  view.setUint8(0, kind)
  view.setFloat64(1, number)
  view.setUint32(9, mark)
  return new Uint8Array(view.buffer)
}

interface Seen {
  /** What the policy kept; 0 if nothing. */
  readonly number: number
  readonly changed: boolean | undefined
  readonly mark: number
}

function see<T>(value: T, context: TtlContext, kind: number, version: ChangeOptions<T>['version']): Seen {
  const mark = fingerprint(value, version, context.version)
  const state = context.previous?.state
  if (state?.length !== BYTES || state[0] !== kind) return { number: 0, changed: undefined, mark }
  const view = new DataView(state.buffer, state.byteOffset, BYTES)
  const number = view.getFloat64(1)
  return {
    number: number >= 0 && number < Infinity ? number : 0,
    changed: changedFrom(view.getUint32(9), mark, context),
    mark,
  }
}
