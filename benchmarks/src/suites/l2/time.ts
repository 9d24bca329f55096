import { deepStrictEqual } from 'node:assert/strict'
import { pageOf } from '../../data.ts'
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

/** Who reads. */
export interface Reader {
  /** Stores the values of a size. */
  readonly fill: (bytes: number) => Promise<void>
  readonly read: (index: number, bytes: number) => Promise<unknown>
  /** The page of what was read; where nothing is decoded, the one it would be. */
  readonly pageOf?: (value: unknown) => unknown
  /** Whether a read found its value: a look that costs nothing. */
  readonly isFound: (value: unknown) => boolean
}

/** Reads that are looked into before the clock runs. */
const LOOKED_INTO = 16

/** A closed loop: each of `concurrency` readers asks for the next key when it has its value. */
export function loop(reader: Reader): Run<L2Task, Figures> {
  const latencies: number[] = []
  const filled = new Set<number>()
  let next = 0
  return async ({ bytes, concurrency, sliceMs }) => {
    if (!filled.has(bytes)) await fill(reader, bytes)
    filled.add(bytes)
    latencies.length = 0
    let misses = 0
    const from = performance.now()
    const cpu = process.cpuUsage()
    const until = from + sliceMs
    const readOn = async (): Promise<void> => {
      let asked = performance.now()
      do {
        next = (next + 1) % KEYS
        if (!reader.isFound(await reader.read(next, bytes))) misses++
        const answered = performance.now()
        latencies.push(answered - asked)
        asked = answered
      } while (asked < until)
    }
    await Promise.all(Array.from({ length: concurrency }, readOn))
    const ms = performance.now() - from
    const { user, system } = process.cpuUsage(cpu)
    if (misses > 0) throw new Error(`${misses} of ${latencies.length} reads found nothing`)
    return {
      ops: (latencies.length / ms) * 1000,
      p50: quantile(latencies, 0.5) * 1000,
      p99: quantile(latencies, 0.99) * 1000,
      cpu: (user + system) / latencies.length,
    }
  }
}

async function fill({ fill: store, read, pageOf: page }: Reader, bytes: number): Promise<void> {
  await store(bytes)
  if (page === undefined) return
  for (let at = 0; at < LOOKED_INTO; at++) {
    const index = (at * 127) % KEYS
    deepStrictEqual(
      page(await read(index, bytes)),
      pageOf(index, bytes),
      'a read did not give what was stored',
    )
  }
}
