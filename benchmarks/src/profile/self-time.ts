import type { Profiler } from 'node:inspector'

/** Where time was spent, and how much of it, 0 to 1. */
export interface Share {
  readonly where: string
  readonly share: number
}

/**
 * The time each place was itself at work, the largest first: our own files by function, packages and Node as a whole. Waiting is
 * left out. Pure.
 */
export function selfTime({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Share[] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]))
  const times = new Map<string, number>()
  for (const [at, id] of samples.entries()) {
    const place = places.get(id)
    if (place === undefined) continue
    // What a sample stands for is the time until the next one.
    times.set(place, (times.get(place) ?? 0) + Math.max(0, timeDeltas[at + 1] ?? 0))
  }
  const sum = [...times.values()].reduce((total, time) => total + time, 0)
  return [...times]
    .map(([where, time]) => ({ where, share: sum === 0 ? 0 : time / sum }))
    .toSorted((a, b) => b.share - a.share)
}

function placeOf({ url, functionName }: Profiler.Profile['nodes'][number]['callFrame']): string | undefined {
  if (functionName === '(idle)' || functionName === '(root)') return undefined
  if (functionName === '(garbage collector)') return 'garbage collector'
  const ours = /\/packages\/core\/src\/(.*)$/.exec(url)?.[1]
  if (ours !== undefined) return `${ours} ${functionName || '(anonymous)'}`
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]
  if (installed !== undefined) return installed
  if (url.includes('/benchmarks/')) return 'the loop that reads'
  if (url.startsWith('node:')) return 'Node'
  return 'V8 and system calls'
}
