/** Bytes in use behind the last collection of garbage: of the heap alone, and with what lies outside of it. */
export interface Heap {
  readonly heap: number
  readonly all: number
}

/** What is in use now, garbage collected. Needs `--expose-gc`. */
export function heapNow(): Heap {
  if (globalThis.gc === undefined)
    throw new Error('Run this with node --expose-gc: heaps are measured without garbage.')
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return { heap: heapUsed, all: heapUsed + external }
}

/** The bytes that `make` leaves behind for as long as its result is held. */
export function bytesOf<T>(make: () => T): { readonly made: T; readonly heap: number; readonly all: number } {
  const before = heapNow()
  const made = make()
  const after = heapNow()
  return { made, heap: after.heap - before.heap, all: after.all - before.all }
}
