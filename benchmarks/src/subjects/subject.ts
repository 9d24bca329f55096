/** Where a cache keeps its values. */
export type Tiers = 'memory' | 'redis' | 'both'

/** What a cache is opened with. */
export interface Setup {
  readonly tiers: Tiers
  readonly redisUrl: string
  readonly namespace: string
  /** Entries that fit into memory. */
  readonly maxEntries: number
  /** Makes the value of a key that is nowhere. Fixed at the start, since some caches have it so. */
  readonly load: (key: string) => Promise<unknown>
}

/** A cache as the suites use it, ours or another. What a cache has no word for is left out. */
export interface Subject {
  /** The value of a key, by `load` if it is nowhere. */
  readonly getOrSet: (key: string) => Promise<unknown>
  /** The value of a key, or undefined or null. */
  readonly get: (key: string) => Promise<unknown>
  /** From memory alone. */
  readonly getSync?: (key: string) => unknown
  readonly getMany?: (keys: string[]) => Promise<readonly unknown[]>
  readonly set: (key: string, value: unknown) => Promise<unknown>
  readonly setMany?: (entries: [string, unknown][]) => Promise<unknown>
  /** Resolves as the cache says that it is done. */
  readonly delete: (key: string) => Promise<unknown>
  readonly setTagged?: (key: string, value: unknown, tags: string[]) => Promise<unknown>
  readonly deleteByTag?: (tag: string) => Promise<unknown>
  /** Until nothing runs behind an answer. */
  readonly idle?: () => Promise<unknown>
  readonly close?: () => Promise<unknown>
}

/** A cache in one setting. */
export interface Peer {
  /** As on the command line, the same in all settings: `bentocache`. */
  readonly id: string
  /** As its authors write it. */
  readonly title: string
  /** Where it is not the default. */
  readonly setting?: string
  /** What the setting gives up, in a line. */
  readonly givesUp?: string
  readonly tiers: readonly Tiers[]
  readonly open: (setup: Setup) => Promise<Subject>
}

/** Lives as long as any run. */
export const TTL_MS = 3_600_000

/** The host and port of a URL. */
export function addressOf({ redisUrl }: Setup): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(redisUrl)
  return { host: hostname, port: Number(port || 6379) }
}

/** A value that is there, of caches that say null where there is none. */
export function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}
