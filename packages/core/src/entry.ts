/** Whether a value may be served as it is, only where a stale one is allowed, or not at all. */
export type Freshness = 'fresh' | 'stale' | 'expired'

/** When a value stops being fresh, and when it may not be served at all. Monotonic ms of this process. */
export interface Lifetime {
  readonly bornAt: number
  readonly freshUntil: number
  /** 0: without grace it is never served stale. */
  readonly staleUntil: number
}

/** What a hit in memory asks of coherence, kept up to date by the partition the entry belongs to. */
export interface Trust {
  /** Until when memory may answer without having heard from the log again. */
  trustedUntil: number
  /** Changes whenever a tag, a prefix or everything is invalidated. */
  generation: number
}

/** What a ttl policy that learns finds again when the value is loaded anew. */
export interface Learned {
  /** How long the value was to be fresh in Redis, in ms. */
  readonly ttlMs: number
  readonly state: Uint8Array
}

/**
 * One value in memory. Made by one constructor with every field set, so that the engine's reads stay monomorphic.
 * `until` is the only time a hit compares: the end of freshness, or earlier where something is due before it.
 */
export class Entry implements Lifetime {
  // What a hit reads comes first.
  value: unknown
  until: number
  /** The generation of `trust` for which its tags and prefixes were last found valid; below 0 where the advisor looks at its hits. */
  checked: number
  readonly trust: Trust
  /** Served without the coherence lease until `until`: loaded while Redis was away. */
  local: boolean
  promise: Promise<unknown> | undefined
  /** How often it was served from memory. */
  hits: number
  bornAt: number
  freshUntil: number
  staleUntil: number
  /** The log position the value is valid from. */
  s0: number
  /** What this instance had heard when it was read or its load began, in the partition's order. */
  born: number
  tags: readonly string[]
  bytes: number
  learned: Learned | undefined

  constructor(
    value: unknown,
    life: Lifetime,
    s0: number,
    born: number,
    tags: readonly string[],
    bytes: number,
    trust: Trust,
  ) {
    this.value = value
    this.until = life.freshUntil
    this.checked = trust.generation
    this.trust = trust
    this.local = false
    this.promise = undefined
    this.hits = 0
    this.bornAt = life.bornAt
    this.freshUntil = life.freshUntil
    this.staleUntil = life.staleUntil
    this.s0 = s0
    this.born = born
    this.tags = tags
    this.bytes = bytes
    this.learned = undefined
  }

  /** Ends its freshness, whatever the clock says; its grace stays. */
  expire(): void {
    this.freshUntil = 0
    this.until = 0
  }

  /** Brings the end of its freshness forward. */
  limit(until: number): void {
    this.freshUntil = Math.min(this.freshUntil, until)
    this.until = Math.min(this.until, this.freshUntil)
  }

  /** Makes a read notice once a share of its freshness has passed, so that it is refreshed ahead of the end. 0: never. */
  refreshAfter(share: number): void {
    if (share > 0)
      this.until = Math.min(this.until, Math.floor(this.bornAt + (this.freshUntil - this.bornAt) * share))
  }
}

/** The one judge of time. A value is fresh before its end, not at it. */
export function freshness(life: Lifetime, now: number): Freshness {
  if (now < life.freshUntil) return 'fresh'
  return now < life.staleUntil ? 'stale' : 'expired'
}
