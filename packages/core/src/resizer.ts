import { getHeapStatistics } from 'node:v8'
import type { Cancel, Clock } from './clock.ts'
import type { Events } from './events.ts'
import type { Advice, AdvisedSize } from './memory/advisor/advice.ts'
import type { MemoryTier } from './memory/tier.ts'
import type { ResizeSettings } from './memory-options.ts'

/** Share of all reads that may go unanswered for being smaller than `max`. */
const GIVEN_UP = 0.02
/** One step is no more than this share of the size. */
const STEP = 0.25
/** What is wanted is not done if it is no further off than this share of the size. */
const HYSTERESIS = 0.1
/** Of the heap's limit: memory does not grow while more is in use. */
const HEAP_FULL = 0.7

/** What a resizer works on. */
export interface Resized {
  readonly memory: Pick<MemoryTier, 'limits' | 'resize'>
  readonly advise: () => Advice
  readonly clock: Clock
  readonly events: Events
  /** The share of the heap's limit that is in use. */
  readonly heapShare: () => number
}

/** Gives memory the size that its traffic asks for, one step at a time. It begins at once and goes on until `stop`. */
export class Resizer {
  readonly #settings: ResizeSettings
  readonly #resized: Resized
  #cancel: Cancel

  constructor(settings: ResizeSettings, resized: Resized) {
    this.#settings = settings
    this.#resized = resized
    this.#cancel = this.#wait()
  }

  stop(): void {
    this.#cancel()
  }

  #wait(): Cancel {
    return this.#resized.clock.after(this.#settings.everyMs, () => {
      this.#cancel = this.#wait()
      this.#look()
    })
  }

  #look(): void {
    const { memory, advise, events, heapShare } = this.#resized
    const { unit } = this.#settings
    const { maxEntries, maxBytes = Infinity } = memory.limits
    const from = unit === 'entries' ? maxEntries : maxBytes
    const { curve } = advise()
    const wanted = wantedSize(curve, unit)
    if (wanted === undefined) return
    const to = nextSize(from, wanted, this.#settings, heapShare() < HEAP_FULL)
    if (to === from) return
    memory.resize(
      unit === 'entries'
        ? { maxEntries: to, maxBytes: memory.limits.maxBytes }
        : { maxEntries, maxBytes: to },
    )
    if (events.wants('resize'))
      events.emit('resize', { unit, from, to, hitRatio: hitRatioAt(curve, unit, to) })
  }
}

/** The smallest size that answers nearly what the largest does; `undefined` without a curve. */
export function wantedSize(curve: readonly AdvisedSize[], unit: 'entries' | 'bytes'): number | undefined {
  const enough = (curve.at(-1)?.hitRatio ?? 0) - GIVEN_UP
  const at = curve.findIndex(({ hitRatio }) => hitRatio >= enough)
  const [below, above] = [curve[at - 1], curve[at]]
  if (below === undefined || above === undefined) return above?.[unit]
  const share = (enough - below.hitRatio) / (above.hitRatio - below.hitRatio)
  return Math.ceil(below[unit] + share * (above[unit] - below[unit]))
}

/** One step from a size towards another, within bounds. */
export function nextSize(
  from: number,
  wanted: number,
  { min, max }: { readonly min: number; readonly max: number },
  mayGrow: boolean,
): number {
  const goal = Math.max(min, Math.min(max, wanted))
  const isNear = Math.abs(goal - from) <= HYSTERESIS * from && from >= min && from <= max
  if (isNear || (goal > from && !mayGrow)) return from
  return goal > from
    ? Math.min(goal, Math.ceil(from * (1 + STEP)))
    : Math.max(goal, Math.floor(from * (1 - STEP)))
}

/** What a curve says of a size, on a straight line between its points. */
function hitRatioAt(curve: readonly AdvisedSize[], unit: 'entries' | 'bytes', size: number): number {
  const at = curve.findIndex(point => point[unit] >= size)
  const [below, above = curve.at(-1)] = [curve[at - 1], curve[at]]
  if (below === undefined || above === undefined || above[unit] === below[unit]) return above?.hitRatio ?? 0
  return (
    below.hitRatio + ((size - below[unit]) / (above[unit] - below[unit])) * (above.hitRatio - below.hitRatio)
  )
}

/** How much of the heap is in use, of all it may become. */
export function usedHeapShare(): number {
  const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics()
  return used / most
}
