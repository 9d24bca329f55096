import type { Cache, CallOptions, LoadContext } from '@tiercache/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Found, Reads } from '../database/reads.ts'
import type { Durations } from '../measure/histogram.ts'
import type { Origin, ReadReply, ServiceCounts } from '../protocol.ts'

export interface ReadParts {
  readonly cache: Cache
  readonly reads: Reads
  readonly slowly: <T>(query: () => T) => Promise<T>
  readonly counts: ServiceCounts
  /** Where the time of each hit in memory goes. */
  readonly memoryHits: Durations
  readonly origin: Origin
}

interface Cached {
  readonly key: readonly (string | number)[]
  readonly query: () => Found | null
  readonly options?: CallOptions<Found | null>
}

const id = { type: 'integer', minimum: 1 }
const byId = { schema: { params: { type: 'object', properties: { id } } } }
const bySearch = {
  schema: {
    querystring: {
      type: 'object',
      required: ['city'],
      properties: { city: id, page: { type: 'integer', minimum: 1, maximum: 1000, default: 1 } },
    },
  },
}

interface ById {
  Params: { id: number }
}

/** The reads of the marketplace, each through the cache unless the request says `cache-control: no-store`. */
export function readRoutes(
  app: FastifyInstance,
  { cache, reads, slowly, counts, memoryHits, origin }: ReadParts,
): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply, cached: Cached): Promise<ReadReply> => {
    counts.reads++
    const { found, ...from } =
      request.headers['cache-control'] === 'no-store' ? await uncached(cached) : await throughCache(cached)
    void reply.header('x-cache', from.stale ? `${from.tier}; stale` : from.tier)
    if (!found) return notFound(reply, request.url)
    return { data: found.data, versions: found.versions, cache: from, ...origin }
  }
  const throughCache = async ({ key, query, options }: Cached): Promise<Answered> => {
    const load = async (context: LoadContext): Promise<Found | null> => {
      counts.queries.loads++
      const found = await slowly(query)
      if (found) context.setTags(found.tags)
      return found
    }
    const asked = performance.now()
    const entry = await cache.getOrSetEntry<Found | null>(key, load, options)
    if (!entry) throw new Error(`${key.join(':')}: loaded, and yet there is no entry`)
    if (entry.tier === 'memory') memoryHits.record(performance.now() - asked)
    return { found: entry.value, tier: entry.tier, stale: entry.stale }
  }
  const uncached = async ({ query }: Cached): Promise<Answered> => {
    counts.queries.uncached++
    return { found: await slowly(query), tier: 'none', stale: false }
  }

  app.get<ById>('/jobs/:id', byId, (request, reply) =>
    answer(request, reply, { key: ['job', request.params.id], query: () => reads.job(request.params.id) }),
  )
  app.get<ById>('/jobs/:id/applications', byId, (request, reply) =>
    answer(request, reply, {
      key: ['applications', request.params.id],
      query: () => reads.applications(request.params.id),
    }),
  )
  app.get<ById>('/users/:id', byId, (request, reply) =>
    answer(request, reply, { key: ['user', request.params.id], query: () => reads.user(request.params.id) }),
  )
  app.get<ById>('/cities/:id', byId, (request, reply) =>
    answer(request, reply, { key: ['city', request.params.id], query: () => reads.city(request.params.id) }),
  )
  app.get<ById>('/cities/:id/overview', byId, (request, reply) =>
    answer(request, reply, {
      key: ['overview', request.params.id],
      query: () => reads.overview(request.params.id),
      options: { swr: true, grace: '1m' },
    }),
  )
  app.get<{ Querystring: { city: number; page: number } }>('/search', bySearch, (request, reply) => {
    const { city, page } = request.query
    return answer(request, reply, { key: ['search', city, page], query: () => reads.search(city, page) })
  })
}

interface Answered {
  readonly found: Found | null
  readonly tier: ReadReply['cache']['tier']
  readonly stale: boolean
}

export function notFound(reply: FastifyReply, url: string): never {
  void reply.code(404)
  throw Object.assign(new Error(`nothing at ${url}`), { statusCode: 404 })
}
