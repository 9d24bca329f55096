import type { Latency } from './network.ts'

/** All that a run depends on. The same plan always runs the same way, and a plan with steps left out is a plan. */
export interface Plan {
  readonly seed: number
  /** When healing begins. */
  readonly durationMs: number
  readonly world: World
  readonly instances: readonly InstanceSettings[]
  /** By the moment. */
  readonly steps: readonly Step[]
}

export interface World {
  /** Nothing goes wrong, and deadlines leave room for everything: then more is promised. */
  readonly isCalm: boolean
  readonly partitions: number
  readonly logLength: number
  /** The position of the log in the beginning: what comes after a log that was lost has smaller ones for long. */
  readonly logBegins: number
  /** Δ, and the cache's deadlines. */
  readonly deltaMs: number
  readonly deadlineMs: number
  readonly hardMs: number
  readonly latency: Latency
  /** Whether requests on a connection that is given up may still reach Redis. */
  readonly lateArrivals: boolean
  /** Grace of all instances; 0: no instance ever answers with a stale value. */
  readonly graceMs: number
  readonly rows: readonly RowSettings[]
  readonly loads: LoadSettings
}

/** A row of the database, cached under `key` in nested namespaces. */
export interface RowSettings {
  readonly namespaces: readonly string[]
  readonly key: string
  /**
   * `free`: anybody changes it at any time, and deletes. `set`: it is also stored by `set`, so its writers take turns. `moving`: it has
   * the tag of its group, and changes groups.
   */
  readonly kind: 'free' | 'set' | 'moving'
  readonly tags: readonly string[]
}

export interface LoadSettings {
  readonly usualMs: number
  /** Shares of all loads. */
  readonly slowShare: number
  readonly slowMs: number
  readonly throwShare: number
}

export interface InstanceSettings {
  /** Entries in memory, or no memory. */
  readonly memory: number | false
  readonly ttlMs: number
  readonly memoryTtlMs: number
  readonly swr: boolean
  readonly refreshAhead: number
  readonly jitter: number
  readonly softMs: number | undefined
}

export type Step = Call | Fault

/** The application calls a method. */
export interface Call {
  readonly at: number
  readonly type: 'call'
  readonly method: Method
  readonly instance: number
  /** Of `world.rows`. */
  readonly rows: readonly number[]
  /** What tags and prefixes are concerned, where the method has them. */
  readonly target: number
  /** Decides the details. */
  readonly dice: number
  readonly strict: boolean
  /** A read that follows on the same instance at once. */
  readonly next: 'get' | 'getSync' | 'getOrSet' | undefined
}

export const READS = [
  'get',
  'getSync',
  'getEntry',
  'getOrSet',
  'getOrSetEntry',
  'getMany',
  'getOrSetMany',
  'fresh',
] as const
export const WRITES = [
  'set',
  'setMany',
  'delete',
  'deleteMany',
  'expire',
  'deleteByTag',
  'expireByTag',
  'deleteByPrefix',
  'expireByPrefix',
  'clear',
  'expireAll',
  'move',
] as const
export type ReadMethod = (typeof READS)[number]
export type Method = ReadMethod | (typeof WRITES)[number]

export function isRead(method: Method): method is ReadMethod {
  return (READS as readonly string[]).includes(method)
}

/** Something goes wrong, for a while or once. */
export interface Fault {
  readonly at: number
  readonly type: 'fault'
  readonly name: FaultName
  /** Whom it concerns, where it is not Redis. */
  readonly instance: number
  readonly forMs: number
  readonly dice: number
  /** Records that a failover loses, where it is not for the dice to say. */
  readonly lost?: number
}

export const FAULTS = [
  'messages lost',
  'messages late',
  'messages repeated',
  'subscriber dead',
  'subscriber cut',
  'connection cut',
  'requests lost',
  'replies lost',
  'requests held',
  'replies held',
  'partitioned',
  'slow',
  'slow for all',
  'redis hung',
  'redis down',
  'redis full',
  'failover',
  'flushed',
  'value evicted',
  'log evicted',
  'meta evicted',
  'paused',
  'clock leap',
  'crash',
  'close',
] as const
export type FaultName = (typeof FAULTS)[number]
