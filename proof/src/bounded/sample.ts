import type { Kind } from './operations.ts'

/** How long one call took, and how it ended. */
export interface Sample {
  readonly operation: string
  readonly kind: Kind
  readonly ms: number
  readonly answer?: unknown
  /** Why it rejected. */
  readonly error?: string
}

/** Runs a call and times it. Never rejects. */
export async function timed(operation: string, kind: Kind, run: () => unknown): Promise<Sample> {
  const from = performance.now()
  try {
    const result = run()
    // What answers without a promise is timed without one.
    const answer = result instanceof Promise ? await result : result
    return { operation, kind, ms: performance.now() - from, answer }
  } catch (error) {
    return { operation, kind, ms: performance.now() - from, error: String(error) }
  }
}

/** The value that a share of all does not exceed; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
