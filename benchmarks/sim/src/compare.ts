import { type PolicyName, replay, type Size } from './replay.ts'
import type { Trace } from './trace.ts'

/** A size as asked for: a share of what the trace has, or a number. */
export type AskedSize = { readonly share: number } | { readonly is: number }

/** One size of one trace, with the hit ratio of each policy. */
export interface Cell {
  readonly trace: string
  readonly size: Size
  /** As asked for, such as `5%`. */
  readonly label: string
  readonly hitRatios: Readonly<Partial<Record<PolicyName, number>>>
  readonly byteHitRatios: Readonly<Partial<Record<PolicyName, number>>>
}

/** A policy over all cells, against the first policy asked for. */
export interface Summary {
  readonly policy: PolicyName
  readonly cells: number
  readonly hitRatio: number
  /** Mean share of the first policy's misses that it spares. */
  readonly missesSpared: number
  /** The cell in which it does worst against it. */
  readonly worst: number
  readonly worstCell: string
}

/** Smaller memories are not compared: they hold next to nothing. */
const SMALLEST = 64

/** Replays one trace over all policies and sizes. */
export function compare(
  trace: Trace,
  policies: readonly PolicyName[],
  sizes: readonly AskedSize[],
  inBytes: boolean,
  onProgress: (share: number, what: string) => void,
): Cell[] {
  if (inBytes && trace.sizes === undefined) return []
  const footprint = trace.sizes?.reduce((sum, size) => sum + Math.max(1, size), 0) ?? 0
  const wanted = sizes.flatMap(asked => {
    const amount = 'is' in asked ? asked.is : asked.share * (inBytes ? footprint : trace.unique)
    const size = inBytes ? { bytes: Math.floor(amount) } : { entries: Math.round(amount) }
    if ('entries' in size && size.entries < SMALLEST && 'share' in asked) return []
    return [{ size, label: 'is' in asked ? String(asked.is) : `${Math.round(asked.share * 1000) / 10}%` }]
  })
  let done = 0
  return wanted.map(({ size, label }) => {
    const hitRatios: Partial<Record<PolicyName, number>> = {}
    const byteHitRatios: Partial<Record<PolicyName, number>> = {}
    for (const policy of policies) {
      onProgress(done++ / (wanted.length * policies.length), `${label} ${policy}`)
      const replayed = replay(trace, policy, size)
      if (replayed === undefined) continue
      hitRatios[policy] = replayed.hitRatio
      byteHitRatios[policy] = replayed.byteHitRatio
    }
    return { trace: trace.name, size, label, hitRatios, byteHitRatios }
  })
}

/** Each policy over the cells it has a figure in. */
export function summarise(cells: readonly Cell[], policies: readonly PolicyName[]): Summary[] {
  const [first = 'lru'] = policies
  return policies.flatMap(policy => {
    const spared = cells.flatMap(cell => {
      const [own, base] = [cell.hitRatios[policy], cell.hitRatios[first]]
      if (own === undefined || base === undefined) return []
      return [{ own, share: base === 1 ? 0 : (own - base) / (1 - base), name: `${cell.trace} ${cell.label}` }]
    })
    if (spared.length === 0) return []
    const worst = spared.reduce((least, one) => (one.share < least.share ? one : least))
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length
    return [
      {
        policy,
        cells: spared.length,
        hitRatio: mean(spared.map(({ own }) => own)),
        missesSpared: mean(spared.map(({ share }) => share)),
        worst: worst.share,
        worstCell: worst.name,
      },
    ]
  })
}
