import { setImmediate as turn } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { Bench } from 'tinybench'
import type { Figures, Run } from '../../run/contender.ts'

export interface L1Task {
  readonly sliceMs: number
}

/** Reads in one call that is timed: some ms, so that reading the clock does not count. */
export const READS = 65_536

/**
 * Times a batch of `reads` reads with tinybench: the median batch of the slice, so that a moment taken by another process does not
 * count. Between batches the event loop turns, untimed: a cache that hears from Redis must get to hear it.
 * `read` makes a batch and says how many of its reads found their value.
 */
export function timed(read: () => number | Promise<number>, reads: number = READS): Run<L1Task, Figures> {
  return async ({ sliceMs }) => {
    let missed = 0
    const note = (found: number): void => {
      missed += reads - found
    }
    const batch = (): void | Promise<void> => {
      const found = read()
      return typeof found === 'number' ? note(found) : found.then(note)
    }
    const bench = new Bench({ time: sliceMs, iterations: 3, warmup: false, throws: true })
    const task = bench.add('batch', batch, { afterEach: () => turn() }).getTask('batch')
    await bench.run()
    if (task?.result.state !== 'completed') throw new Error(`tinybench ended as ${task?.result.state}`)
    const bytes = await bytesOf(batch, reads)
    if (missed > 0) throw new Error(`${missed} reads found nothing`)
    return { ns: (task.result.latency.p50 * 1e6) / reads, bytes }
  }
}

async function bytesOf(batch: () => void | Promise<void>, reads: number): Promise<number> {
  const before = allocated()
  await batch()
  return (allocated() - before) / reads
}

/** Bytes that the heap has given out since the process began, where V8 counts them; else what it holds. */
function allocated(): number {
  const heap: { total_allocated_bytes?: number; used_heap_size: number } = getHeapStatistics()
  return heap.total_allocated_bytes ?? heap.used_heap_size
}
