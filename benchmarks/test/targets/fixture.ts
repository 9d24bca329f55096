import type { Latency, Measured, Phase, PhaseName } from '../../src/targets/measured.ts'

export function latency(p99: number, count = 1000): Latency {
  return { count, p50: p99 / 10, p99, max: p99 * 2 }
}

export function phase(name: PhaseName, some: Partial<Phase> = {}): Phase {
  return {
    name,
    seconds: 10,
    reads: latency(60),
    hitRate: 0.9,
    writes: { committed: 20, deferred: 0 },
    health: latency(5),
    lateMs: 2,
    failures: 0,
    ...some,
  }
}

const names: readonly PhaseName[] = [
  'cache fills',
  'all is well',
  'Redis hangs',
  'Redis is killed',
  'rolling restart',
]

/** A service that does all that is asked of it, but for what a test is about. */
export function measured(some: Partial<Measured> = {}): Measured {
  return {
    phases: names.map(name => phase(name)),
    steady: { hitRate: 0.85, meanMs: 9, uncachedMeanMs: 52, uncachedReads: 100 },
    fillHitRate: 0.6,
    memoryHits: [latency(0.1), latency(0.2)],
    coherence: {
      boundMs: 2000,
      reads: 5000,
      writes: 100,
      violations: 0,
      superseded: 3,
      oldestMs: 12,
      open: 0,
    },
    ...some,
  }
}
