import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSeeds, type Seeds } from './build-seeds.ts'
import type {
  IncrementalCacheHandler,
  IncrementalContext,
  IncrementalEntry,
  IncrementalGetContext,
  IncrementalSetContext,
  IncrementalValue,
  PageLife,
  TagDurations,
} from './next-types.ts'
import { type NextCacheOptions, processCache } from './process-cache.ts'
import { coreTags, judge } from './tag-times.ts'
import { warn } from './warn.ts'

/** A page, a response of a route or a fetch, as it is stored. */
interface Stored {
  readonly value: IncrementalValue | null
  /** When Next.js began to make it: what was invalidated since is not in it. */
  readonly madeAt: number
  readonly lastModified: number
  readonly tags: readonly string[]
  readonly life?: PageLife
}

const TAGS_HEADER = 'x-next-cache-tags'
const LONGEST_S = 365 * 24 * 3600
/** So long ago that a fetch is stale whatever its `revalidate`. */
const LONG_AGO = -Number.MAX_SAFE_INTEGER

/**
 * A class for `cacheHandler`: pages, responses of routes and `fetch`, in memory and Redis, shared by the instances of a site. Use it
 * beside `createCacheHandler` with the same options; they share one cache.
 *
 * Pages belong to their build, so that a new deployment never serves those of the one before it; fetches do not. What `next build` has
 * rendered is served from its files until something newer is stored, or it is invalidated. Trouble in Redis never reaches a page.
 */
export function createIncrementalCacheHandler(
  options: NextCacheOptions = {},
): new (context: IncrementalContext) => IncrementalCacheHandler {
  const { cache, times, now } = processCache(options)
  const entries = cache.namespace('incremental', { jitter: 0, grace: 1 })

  return class TiercacheHandler implements IncrementalCacheHandler {
    readonly #scope: string
    readonly #seeds: Seeds | undefined
    /** Next.js makes a handler for each request, so these end with it. */
    readonly #askedAt = new Map<string, number>()

    constructor(context: IncrementalContext) {
      this.#scope = buildIdOf(context)
      this.#seeds = buildSeeds(context)
    }

    async get(cacheKey: string, context: IncrementalGetContext): Promise<IncrementalEntry | null> {
      if (!this.#askedAt.has(cacheKey)) this.#askedAt.set(cacheKey, now())
      try {
        return await this.#find(cacheKey, context)
      } catch {
        return null
      }
    }

    async set(
      cacheKey: string,
      data: IncrementalValue | null,
      context: IncrementalSetContext,
    ): Promise<void> {
      const kind = context.fetchCache ? 'FETCH' : (context.kind ?? data?.kind ?? '')
      const life = context.cacheControl
      const tags = [...new Set([...(context.tags ?? []), ...tagsOf(data)])]
      const at = now()
      const stored: Stored = {
        value: data,
        madeAt: this.#askedAt.get(cacheKey) ?? at,
        lastModified: at,
        tags,
        ...(life !== undefined && { life }),
      }
      const ttl = Math.max(1, Math.floor(Math.min(life?.expire ?? LONGEST_S, LONGEST_S) * 1000))
      await entries.set<Stored>(this.#keyOf(cacheKey, kind), stored, { ttl, tags: coreTags(tags) })
    }

    revalidateTag(tags: string | readonly string[], durations?: TagDurations): Promise<void> {
      return times.update(typeof tags === 'string' ? [tags] : tags, durations).catch(warn)
    }

    resetRequestCache(): void {}

    async #find(cacheKey: string, context: IncrementalGetContext): Promise<IncrementalEntry | null> {
      const asked = [...(context.tags ?? []), ...(context.softTags ?? [])]
      const [found, asking] = await Promise.all([
        entries.getEntry<Stored>(this.#keyOf(cacheKey, context.kind)),
        times.of(asked),
      ])
      const stored = found?.value ?? (await this.#seed(cacheKey, context))
      if (stored === undefined) return null
      const verdict = judge([...asking, ...(await times.of(stored.tags))], stored.madeAt, now())
      if (verdict === 'expired') return null
      return found?.stale === true || verdict === 'stale' ? staleEntry(stored, now()) : liveEntry(stored)
    }

    async #seed(cacheKey: string, context: IncrementalGetContext): Promise<Stored | undefined> {
      const seed = await this.#seeds?.read(cacheKey, context)
      if (!seed) return undefined
      const { value, lastModified, cacheControl: life } = seed
      return {
        value,
        madeAt: lastModified,
        lastModified,
        tags: tagsOf(value),
        ...(life !== undefined && { life }),
      }
    }

    /** `REDIRECT` and `null` are what a page of any kind may come to, so the kind is no part of a page's key. */
    #keyOf(cacheKey: string, kind: string): readonly string[] {
      if (kind === 'FETCH' || kind === 'IMAGE') return [kind.toLowerCase(), cacheKey]
      return ['page', this.#scope, cacheKey]
    }
  }
}

function liveEntry({ value, lastModified, life }: Stored): IncrementalEntry {
  return { value, lastModified, ...(life !== undefined && { cacheControl: life }) }
}

/** Next.js decides by times whether it makes a page anew behind the answer: these say that it has to. */
function staleEntry({ value, lastModified, life }: Stored, now: number): IncrementalEntry {
  if (value?.kind === 'FETCH') return { value, lastModified: LONG_AGO }
  const expire = life?.expire
  const left = expire === undefined ? undefined : Math.ceil((lastModified - now) / 1000 + expire)
  return {
    value,
    lastModified: now - 1001,
    cacheControl: { revalidate: 1, expire: left === undefined ? undefined : Math.max(3, left + 2) },
  }
}

function tagsOf(value: IncrementalValue | null): readonly string[] {
  const header = value?.headers?.[TAGS_HEADER]
  const tags = typeof header === 'string' ? header.split(',') : []
  return [...tags, ...(value?.tags ?? [])].filter(tag => tag !== '')
}

const buildIds = new Map<string, string>()

function buildIdOf({ serverDistDir }: IncrementalContext): string {
  if (serverDistDir === undefined) return ''
  const known = buildIds.get(serverDistDir)
  if (known !== undefined) return known
  const id = readBuildId(serverDistDir)
  buildIds.set(serverDistDir, id)
  return id
}

function readBuildId(serverDistDir: string): string {
  try {
    return readFileSync(join(serverDistDir, '../BUILD_ID'), 'utf8').trim()
  } catch {
    return '' // a development server has none
  }
}
