import type { Advice } from '../../../../packages/core/src/memory/advisor/advice.ts'
import type { Eviction } from '../../../../packages/core/src/memory/create-tier.ts'
import { replay } from '../replay.ts'
import type { Trace } from '../trace.ts'
import { costOfAdvice } from './cost.ts'
import { idsOf, type Setting, weightsOf } from './live.ts'

/** A size as it was advised on, and as it is. */
interface ComparedSize {
  /** Entries, or bytes with `size-aware`. */
  readonly size: number
  readonly advised: number
  readonly exact: number
}

/** What the advisor says of a trace, against a replay of the whole of it at each size. */
export interface Comparison {
  readonly trace: string
  readonly policy: Eviction
  readonly sizes: readonly ComparedSize[]
  /** Of the hit ratios, 0 to 1; 0 where there is no curve. */
  readonly meanError: number
  readonly maxError: number
  readonly sampledKeys: number
  readonly sampledShare: number
  readonly errorBound: number | undefined
  readonly reason: string | undefined
  readonly nsWithout: number
  readonly nsWith: number
}

/** The memory that the trace is replayed over, as a share of its keys or bytes, and the sizes around it that are compared. */
const SHARE = 0.1
const SMALLEST = 0.02
const LARGEST = 0.5
const POINTS = 12
const FEWEST_ENTRIES = 64

/** Compares one trace under one policy; `undefined` for one that does not tell the sizes that the policy needs. */
export function compareAdvice(trace: Trace, eviction: Eviction, rounds: number): Comparison | undefined {
  const inBytes = eviction === 'size-aware'
  if (inBytes && trace.sizes === undefined) return undefined
  const ids = idsOf(trace)
  const weights = weightsOf(trace, ids)
  const whole = inBytes ? weights.reduce((sum, weight) => sum + weight, 0) : trace.unique
  const setting = settingOf(eviction, trace.unique, whole)
  const { advice, nsWith, nsWithout } = costOfAdvice(trace, ids, setting, rounds)
  if (advice === undefined) return undefined
  const weighed: Trace = { ...trace, sizes: weights }
  const sizes = sizesIn(setting.range, advice).map(size => {
    const exact = replay(weighed, eviction, inBytes ? { bytes: size } : { entries: size })
    return { size, advised: hitRatioAt(advice, size), exact: exact?.hitRatio ?? 0 }
  })
  const errors = sizes.map(({ advised, exact }) => Math.abs(advised - exact))
  return {
    trace: trace.name,
    policy: eviction,
    sizes,
    meanError: errors.length === 0 ? 0 : errors.reduce((sum, error) => sum + error, 0) / errors.length,
    maxError: Math.max(0, ...errors),
    sampledKeys: advice.sampledKeys,
    sampledShare: advice.sampledShare,
    errorBound: advice.errorBound,
    reason: advice.reason,
    nsWith,
    nsWithout,
  }
}

function settingOf(eviction: Eviction, unique: number, whole: number): Setting {
  const inBytes = eviction === 'size-aware'
  const limit = Math.round(whole * SHARE)
  return {
    eviction,
    limits: {
      maxEntries: inBytes ? unique : Math.max(FEWEST_ENTRIES, limit),
      maxBytes: inBytes ? limit : undefined,
    },
    range: {
      unit: inBytes ? 'bytes' : 'entries',
      min: Math.max(FEWEST_ENTRIES / 4, Math.round(whole * SMALLEST)),
      max: Math.round(whole * LARGEST),
    },
  }
}

/** Sizes over the range, most of them between those that the curve was told at. */
function sizesIn({ min, max }: Setting['range'], { curve }: Advice): number[] {
  if (curve.length === 0) return []
  return Array.from({ length: POINTS }, (_, i) => Math.round(min * (max / min) ** (i / (POINTS - 1))))
}

/** What the curve says of a size, by the logarithm of the size between two points. */
function hitRatioAt({ curve, unit }: Advice, size: number): number {
  const at = curve.findIndex(point => point[unit] >= size)
  const [below, above = curve.at(-1)] = [curve[at - 1], curve[at]]
  if (below === undefined || above === undefined) return above?.hitRatio ?? 0
  const share = Math.log(size / below[unit]) / Math.log(above[unit] / below[unit])
  return below.hitRatio + share * (above.hitRatio - below.hitRatio)
}
