import type { TopologyName } from '../topology.ts'
import { byteFaults } from './bytes.ts'
import { failoverFaults } from './failovers.ts'
import type { Fault } from './fault.ts'
import { instanceFaults } from './instances.ts'
import { linkFaults } from './links.ts'
import { loaderFaults } from './loaders.ts'
import { migrationFaults } from './migrations.ts'
import { serverFaults } from './servers.ts'

export const FAULTS: readonly Fault[] = [
  ...linkFaults,
  ...serverFaults,
  ...instanceFaults,
  ...loaderFaults,
  ...byteFaults,
  ...failoverFaults,
  ...migrationFaults,
]

/** The faults that a topology can have. */
export function faultsOn(topology: TopologyName): Fault[] {
  return FAULTS.filter(({ on }) => on === undefined || on.includes(topology))
}

/** Faults in an order of chance, without end: each comes once before any comes again. What a topology is there for comes every few. */
export function* deal(topology: TopologyName, random: () => number): Generator<Fault, never> {
  const faults = faultsOn(topology)
  const own = faults.filter(({ on }) => on?.length === 1 && on[0] === topology && topology !== 'standalone')
  const others = faults.filter(fault => !own.includes(fault))
  let owns = 0
  for (;;) {
    const shuffled = others.map(fault => ({ fault, at: random() })).toSorted((a, b) => a.at - b.at)
    for (const [i, { fault }] of shuffled.entries()) {
      const next = own[owns % own.length]
      if (i % EVERY === 0 && next !== undefined) {
        owns++
        yield next
      }
      yield fault
    }
  }
}

const EVERY = 3
