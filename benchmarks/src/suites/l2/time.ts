import type { Figures, Run } from '../../run/contender.ts'
import { quantile } from '../../statistics.ts'

export interface L2Task {
  /** Bytes of a value as JSON. */
  readonly bytes: number
  /** Reads under way at any time. */
  readonly concurrency: number
  readonly sliceMs: number
}

/** Keys of each size. They are read one after the other, so that no two reads under way want the same one. */
export const KEYS = 2048

/** Reads a key and says whether its value is there. */
export type Read = (index: number, bytes: number) => Promise<boolean>

/** Stores the values of a size. */
export type Fill = (bytes: number) => Promise<void>

/** A closed loop: each of `concurrency` readers asks for the next key when it has its value. */
export function loop(fill: Fill, read: Read): Run<L2Task, Figures> {
  const latencies: number[] = []
  const filled = new Set<number>()
  let next = 0
  return async ({ bytes, concurrency, sliceMs }) => {
    if (!filled.has(bytes)) await fill(bytes)
    filled.add(bytes)
    latencies.length = 0
    let misses = 0
    const from = performance.now()
    const cpu = process.cpuUsage()
    const until = from + sliceMs
    const reader = async (): Promise<void> => {
      for (let asked = performance.now(); asked < until;) {
        next = (next + 1) % KEYS
        if (!(await read(next, bytes))) misses++
        const answered = performance.now()
        latencies.push(answered - asked)
        asked = answered
      }
    }
    await Promise.all(Array.from({ length: concurrency }, reader))
    const ms = performance.now() - from
    const { user, system } = process.cpuUsage(cpu)
    return {
      ops: (latencies.length / ms) * 1000,
      p50: quantile(latencies, 0.5) * 1000,
      p99: quantile(latencies, 0.99) * 1000,
      cpu: (user + system) / latencies.length,
      misses,
    }
  }
}
