/** How an instance of a soak is set up: the first argument of its process, as JSON. */
export interface Setup {
  readonly instance: number
  readonly instances: number
  readonly redisUrl: string
  readonly databaseUrl: string
  readonly seed: number
}

/** What the soak tells an instance. */
export type Order =
  | { readonly type: 'begin' }
  | { readonly type: 'sample'; readonly tables: boolean }
  /** Stand still: nothing in the process moves for so long. */
  | { readonly type: 'stall'; readonly ms: number }
  /** No more load: wait for what is deferred, then say what is in the cache of every key. */
  | { readonly type: 'settle' }
  | { readonly type: 'end' }

/** What an instance tells the soak. */
export type News =
  | { readonly type: 'ready' }
  | { readonly type: 'facts'; readonly reads: Float64Array; readonly commits: Float64Array }
  | { readonly type: 'sample'; readonly sample: Sample }
  | { readonly type: 'violation'; readonly text: string }
  | { readonly type: 'settled'; readonly versions: Float64Array; readonly deferred: number }

/** An instance at one moment. Counts are those since it began. */
export interface Sample {
  /** Garbage collected. */
  readonly heap: number
  readonly rss: number
  readonly external: number
  /** The longest the event loop was late since the last sample, without what the sample itself costs. */
  readonly lagMs: number
  readonly reads: number
  readonly hits: number
  readonly misses: number
  readonly loads: number
  readonly writes: number
  readonly deferred: number
  /** `error` events. */
  readonly errors: number
  /** Reads that waited for their load as long as they may. */
  readonly timeouts: number
  readonly coherent: boolean
  /** Tables with more than a few entries, where they were asked for. */
  readonly tables: readonly (readonly [name: string, size: number])[]
  /** Tables beyond their bounds. */
  readonly beyond: readonly string[]
}

/** Numbers of a read in `facts`: key, version, when it was called. */
export const READ = 3
/** Numbers of a commit in `facts`: key, version, when the caller knew. */
export const COMMIT = 3

export const GROUP = 8
/** Keys that are read and written again and again, in groups that share a tag; one instance writes a group, so that its versions are stored in their order. */
export const KEYS = 4000
