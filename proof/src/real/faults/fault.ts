import type { Database } from '../database.ts'
import type { Links } from '../link.ts'
import type { Recorder } from '../recorder.ts'
import type { Seat } from '../seat.ts'
import type { Topology, TopologyName } from '../topology.ts'

/** Everything that a fault may lay hands on. */
export interface Scene {
  readonly topology: Topology
  readonly namespace: string
  readonly seats: readonly Seat[]
  /** By instance. */
  readonly links: readonly Links[]
  readonly database: Database
  readonly recorder: Recorder
  readonly random: () => number
}

/** A fault under way. */
export interface Harm {
  /** Whom it concerns, where it is one instance. */
  readonly instance?: number
  /** Puts everything right again; called after `lastsMs`. Until it succeeds it is called again. */
  readonly heal: () => void | Promise<void>
}

/** Something that goes wrong in production. */
export interface Fault {
  readonly name: string
  /** What it lays hands on. Two faults at the same time are of two kinds. */
  readonly kind: 'link' | 'server' | 'instance' | 'loader' | 'bytes'
  /** Where it can happen; everywhere unless said. */
  readonly on?: readonly TopologyName[]
  /** Never together with another. */
  readonly alone?: boolean
  /** Between these, by chance. */
  readonly lastsMs: readonly [least: number, most: number]
  readonly begin: (scene: Scene) => Harm | Promise<Harm>
}

/** Nothing has to be put right. */
export const DONE: Harm = { heal: () => {} }

export function pick<T>(list: readonly T[], random: () => number): T {
  const found = list[Math.floor(random() * list.length)]
  if (found === undefined) throw new Error('There is nothing to choose from.')
  return found
}

/** Heals several things, each whether or not another fails. Rejects if one did. */
export function all(heals: readonly Harm['heal'][]): Harm['heal'] {
  return async () => {
    const results = await Promise.allSettled(heals.map(async heal => heal()))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
}
