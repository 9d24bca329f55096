import type { Target } from './results.ts'

/** What we aim at on a quiet machine and, where gate.ts holds the same figure, what no change may fall behind on a busy one. */
interface Goals {
  readonly l1Sync: Target
  readonly l1Awaited: Target
  /** With tags, statistics, a listener. */
  readonly l1Further: Target
  /** By reads under way. */
  readonly l2: ReadonlyMap<number, Target>
  readonly stampedeLoads: Target
  readonly invalidation: Target
  readonly breaker: Target
  readonly http: Target
  readonly memory: Target
}

export const GOALS: Goals = {
  l1Sync: { of: 'ratio', goal: 1, gate: 2.5 },
  l1Awaited: { of: 'ratio', goal: 0.9, gate: 2.5 },
  l1Further: { of: 'ratio', goal: 1.1 },
  l2: new Map([
    [1, { of: 'ratio', goal: 1.05 }],
    [16, { of: 'ratio', goal: 1.1, gate: 0.4 }],
    [256, { of: 'ratio', goal: 1.3 }],
  ]),
  stampedeLoads: { of: 'value', goal: 1, gate: 1 },
  invalidation: { of: 'ratio', goal: 1 },
  breaker: { of: 'ratio', goal: 0.98 },
  http: { of: 'ratio', goal: 1.8 },
  memory: { of: 'ratio', goal: 1.5 },
}
