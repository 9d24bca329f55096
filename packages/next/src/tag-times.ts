import { createHash } from 'node:crypto'
import type { Cache } from '@tiercache/core'
import type { TagDurations } from './next-types.ts'

/** When a tag was last invalidated, in ms since 1970; 0: never. */
export interface TagTime {
  /** Nothing made before is served. */
  readonly expiredAt: number
  /** What was made before is stale … */
  readonly staleAt: number
  /** … and is not served from then on. */
  readonly staleUntil: number
}

/** What is left of a value: it may be served, once more while a new one is made, or not at all. */
export type Verdict = 'live' | 'stale' | 'expired'

const NEVER: TagTime = Object.freeze({ expiredAt: 0, staleAt: 0, staleUntil: 0 })
/** Tags of a value that core is told of. Those beyond count by their times alone. */
const MOST_TAGS = 64
const LONGEST_TAG = 512
/** Nothing that Next.js stores is kept for longer. */
const KEPT = '365d'
/** That a tag was never invalidated is remembered for this long, so that it need not be asked for with each request. */
const NEVER_KEPT = '1h'

/**
 * When tags were invalidated, for what core's tags cannot say. Core's log invalidates every value that is stored, in the order in which
 * things happened. But Next.js also asks about tags of the route that reads (soft tags), which the value does not have, and it stores
 * values whose making began before an invalidation; both are decided by comparing times.
 */
export class TagTimes {
  readonly #cache: Cache
  readonly #times: Cache
  readonly #now: () => number

  constructor(cache: Cache, now: () => number) {
    this.#cache = cache
    this.#times = cache.namespace('tag-times', {
      ttl: time => (isNever(time as TagTime) ? NEVER_KEPT : KEPT),
      jitter: 0,
      grace: 0,
      timeouts: { hard: '1s' },
    })
    this.#now = now
  }

  /** When these tags were invalidated. Rejects if that cannot be found out in time. */
  async of(tags: readonly string[]): Promise<readonly TagTime[]> {
    const names = tags.map(nameOf)
    const known = names.flatMap(name => this.#times.getSync<TagTime>(name) ?? [])
    if (known.length === names.length) return known
    const found = await this.#times.getOrSetMany<TagTime>(names, missing => missing.map(() => NEVER))
    return found.map(time => time ?? NEVER)
  }

  /** What was made at this time or before is not valid for one who reads with these tags; 0: none was ever invalidated. */
  async expiration(tags: readonly string[]): Promise<number> {
    const now = this.#now()
    const times = await this.of(tags)
    return Math.max(
      0,
      ...times.map(time => Math.max(time.expiredAt, now >= time.staleUntil ? time.staleAt : 0)),
    )
  }

  /** Invalidates on every instance: at once without `durations`, else what has the tags is stale at once, and served for `expire` seconds at most. */
  async update(tags: readonly string[], durations?: TagDurations): Promise<void> {
    if (tags.length === 0) return
    const names = [...new Set(tags.map(nameOf))]
    const soft = durations !== undefined && durations.expire !== 0
    await Promise.all([
      this.#note(names, soft ? (durations.expire ?? Number.POSITIVE_INFINITY) * 1000 : undefined),
      soft ? this.#cache.expireByTag(names) : this.#cache.deleteByTag(names),
    ])
  }

  async #note(names: readonly string[], staleMs: number | undefined): Promise<void> {
    const now = this.#now()
    const before = await this.#times.getMany<TagTime>(names)
    const times = names.map((name, i) => {
      const known = before[i] ?? NEVER
      const time =
        staleMs === undefined
          ? { ...known, expiredAt: now }
          : { ...known, staleAt: now, staleUntil: now + staleMs }
      return [name, time] as const
    })
    const { status, done } = await this.#times.setMany(times)
    // Core makes up for an invalidation that Redis did not hear, but not for a value.
    if (status === 'deferred') done.then(() => this.#times.setMany(times)).catch(() => {})
  }
}

/** What is left at `now` of a value made at `madeAt`, for one who reads it with tags of these times. */
export function judge(times: readonly TagTime[], madeAt: number, now: number): Verdict {
  let verdict: Verdict = 'live'
  for (const { expiredAt, staleAt, staleUntil } of times) {
    if (madeAt <= expiredAt) return 'expired'
    if (madeAt > staleAt) continue
    if (now >= staleUntil) return 'expired'
    verdict = 'stale'
  }
  return verdict
}

/** The tags of a value as core takes them. */
export function coreTags(tags: readonly string[]): readonly string[] {
  return [...new Set(tags.map(nameOf))].slice(0, MOST_TAGS)
}

function nameOf(tag: string): string {
  if (tag !== '' && tag.length <= LONGEST_TAG && tag.isWellFormed()) return tag
  return `sha256:${createHash('sha256').update(tag, 'utf16le').digest('base64url')}`
}

function isNever({ expiredAt, staleAt }: TagTime): boolean {
  return expiredAt === 0 && staleAt === 0
}
