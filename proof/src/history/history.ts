/**
 * What happened in a run, as the callers saw it. All times are ms of one monotonic clock that all instances share. Versions of a key
 * are numbers that only grow; the database has version 0 of every key from the beginning.
 */
export interface History {
  readonly reads: Read[]
  readonly writes: Write[]
  readonly loads: Load[]
  readonly faults: Fault[]
  /** The last version the database has of each key that was written. */
  readonly final: Map<string, number>
  /** What is known to have been lost by Redis after it was committed. */
  readonly forgotten?: readonly Forgotten[]
}

/** Who called: an instance by its number, and which of its lives, since a restart remembers nothing. */
export interface Caller {
  readonly instance: number
  readonly life: number
}

/** One key read. A call for many keys is many reads. */
export interface Read extends Caller {
  readonly key: string
  /** The method: `get`, `getOrSet`, `getMany`, … */
  readonly how: string
  /** Called, and settled. */
  readonly t0: number
  readonly t1: number
  /** What came back; `undefined`: nothing. */
  readonly version: number | undefined
  /** The key that the value says it belongs to. */
  readonly valueKey: string
  /** The answer said that it is stale. */
  readonly stale: boolean
  /** Where it came from, if the answer said so. */
  readonly tier: 'memory' | 'redis' | 'load' | undefined
  /** Read when all was quiet: it must have what the database has. */
  readonly settled: boolean
  /** The value was loaded, and is not in Redis or not yet: it binds nobody to have nothing older afterwards. */
  readonly unconfirmed?: boolean
}

/** The database has new versions, and a call tells the cache. */
export interface Write extends Caller {
  /** `delete`, `tag`, `prefix`, `clear`, `set`, `expire`, … */
  readonly how: string
  /** The tag or prefix, where the call gives one. */
  readonly name?: string
  /** It expires instead of deleting: what is older may still be served where the answer says that it is stale. */
  readonly soft: boolean
  /** The version the database has of each key that the call concerns when it is made: nothing older may be served. */
  readonly keys: readonly (readonly [key: string, version: number])[]
  /** Called: the database had the versions before. */
  readonly t0: number
  /** Settled. `Infinity` while it has not. */
  t1: number
  status: 'pending' | 'committed' | 'deferred' | 'failed'
  /** When the caller knew that Redis had it. `Infinity`: never. */
  committedAt: number
}

/** A run of a loader. */
export interface Load extends Caller {
  readonly key: string
  readonly t0: number
  /** `Infinity` if its instance died first. */
  t1: number
  failed: boolean
}

/** Something that went wrong on purpose. */
export interface Fault {
  readonly name: string
  readonly t0: number
  t1: number
  /** Whom it concerned; `undefined`: all. */
  readonly instance?: number
}

/** A failover lost invalidations of a key: what was invalidated may come back until those who knew have said it again. */
export interface Forgotten {
  readonly key: string
  /** Those up to this version. */
  readonly version: number
  readonly t0: number
  /** Δ after it was said again. `Infinity`: it never was, since nobody who knew was left. */
  t1: number
}

/** A history in which nothing has happened. */
export function emptyHistory(): History {
  return { reads: [], writes: [], loads: [], faults: [], final: new Map() }
}
