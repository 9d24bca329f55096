/** A row of the database: which one, and which version of it. Versions of a row only grow. */
export interface Row {
  readonly key: string
  readonly version: number
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** Where Redis is, as one instance sees it: every address leads through a proxy of the instance's own. Plain data. */
export type Target =
  | { readonly kind: 'server'; readonly url: string; readonly ca?: string }
  | {
      readonly kind: 'sentinel'
      readonly sentinels: readonly Address[]
      readonly name: string
      /** From an address that a server names, `host:port`, to that of the proxy in front of it. */
      readonly natMap: Readonly<Record<string, Address>>
    }
  | {
      readonly kind: 'cluster'
      readonly nodes: readonly Address[]
      readonly natMap: Readonly<Record<string, Address>>
    }

/** What an instance is started with; all but `Hooks` is plain data, so that it may run in a process of its own. */
export interface Setting {
  readonly target: Target
  /** Keys, channels and whatever else it puts into Redis begin with this. */
  readonly namespace: string
  /** Its number. */
  readonly instance: number
  /** Δ: the staleness to configure, if it can be. */
  readonly deltaMs: number
  /** How long a load may take before the reader is told that it failed. */
  readonly hardMs: number
  /** Without a tier in memory: a cold reader. A contender that cannot do without gives its memory the shortest life it can. */
  readonly memory: boolean
}

/** How an instance speaks to the run it is part of. */
export interface Hooks {
  /** Reads a row from the database: late, or never, or it rejects. `undefined`: there is no such row. */
  readonly load: (key: string) => Promise<Row | undefined>
  /**
   * Another instance's invalidation has arrived: keys, tags and prefixes by name; now, unless a time of the machine's monotonic clock is
   * given. A contender that cannot tell does not call it.
   */
  readonly onHeard: (names: readonly string[], at?: number) => void
}

/** How long a value may live, and what it belongs to. */
export interface Life {
  readonly tags: readonly string[]
  readonly ttlMs: number
  /** Past its ttl it may be served for this long, marked as stale, while it is loaded anew. 0: never. */
  readonly graceMs: number
}

/** What a read gave. */
export interface Answer {
  readonly value: Row | undefined
  /** The answer says so; a cache that cannot say is taken to mean "fresh". */
  readonly stale: boolean
  readonly tier: 'memory' | 'redis' | 'load' | undefined
}

/** What became of a write. `committed`: every instance is bound by it. `done` resolves when it is; it may reject, or never settle. */
export interface Written {
  readonly status: 'committed' | 'deferred'
  readonly done: Promise<void>
}

/** What it counted since it was started, by names of its own. */
export type Counts = Readonly<Record<string, number>>

/**
 * A cache under test, one instance of several. Methods that reject are read as failed. Those that are missing are not called: the run
 * does without, or deletes by key what it would have deleted by tag.
 */
export interface Instance {
  get(key: string): Promise<Answer>
  getOrSet(key: string, life: Life): Promise<Answer>
  getMany?(keys: readonly string[]): Promise<readonly Answer[]>
  getOrSetMany?(keys: readonly string[], life: Life): Promise<readonly Answer[]>
  /** Stores rows that the database has already. */
  set(rows: readonly Row[], life: Life): Promise<Written>
  delete(keys: readonly string[]): Promise<Written>
  deleteByTag?(tag: string): Promise<Written>
  /** Deletes the keys that begin with the prefix and a colon. */
  deleteByPrefix?(prefix: string): Promise<Written>
  clear?(): Promise<Written>
  /** Softly: the value may still be served as stale, for its grace. */
  expire?(keys: readonly string[]): Promise<Written>
  expireByTag?(tag: string): Promise<Written>
  counts?(): Promise<Counts>
  /** Ends it, within a second or so, whatever state Redis is in. */
  close(): Promise<void>
}

/** A kind of cache that can be put to the test. Its module exports it as `contender`, so that a process of its own can load it. */
export interface Contender {
  readonly name: string
  /** One line: which library, which version, configured how. */
  readonly about: string
  /** `import.meta.url` of the module that exports it as `contender`. */
  readonly module: string
  /** Which methods its instances have, besides `get`, `getOrSet`, `set`, `delete` and `close`. */
  readonly supports: readonly Exclude<keyof Instance, 'get' | 'getOrSet' | 'set' | 'delete' | 'close'>[]
  /** Resolves when it may be used, or when it is known that Redis is away. */
  start(setting: Setting, hooks: Hooks): Promise<Instance>
}
