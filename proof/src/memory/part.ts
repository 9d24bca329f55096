import type { Plot, Table } from '../section.ts'

/** Something that was measured, and may not be more than its limit. */
export interface Check {
  /** What is bounded, in words. */
  readonly what: string
  readonly is: number
  readonly limit: number
  readonly unit: Unit
}

type Unit = 'entries' | 'bytes' | 'values' | 'ms' | 'times'

/** What a part of the section found. */
export interface Measured {
  readonly checks: readonly Check[]
  readonly tables?: readonly Table[]
  readonly plots?: readonly Plot[]
}

/** How much a part tries. */
export interface Scale {
  readonly quick: boolean
  readonly seed: number
}

/** One part: it runs in a process of its own, so that its heap is nobody else's. */
export type Part = (scale: Scale) => Promise<Measured>

/** Whether a check holds. */
export function holds({ is, limit }: Check): boolean {
  return is <= limit
}
