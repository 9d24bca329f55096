import type { History } from '../history/history.ts'

/** The same history, with times that begin at a moment. */
export function since(history: History, from: number): History {
  const span = <T extends { readonly t0: number; t1: number }>(one: T): T => ({
    ...one,
    t0: one.t0 - from,
    t1: one.t1 - from,
  })
  return {
    reads: history.reads.map(span),
    writes: history.writes.map(write => ({ ...span(write), committedAt: write.committedAt - from })),
    loads: history.loads.map(span),
    faults: history.faults.map(span),
    final: history.final,
  }
}
