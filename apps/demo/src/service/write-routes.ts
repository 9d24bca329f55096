import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Writes, Written } from '../database/writes.ts'
import type { Origin, ServiceCounts, WriteReply } from '../protocol.ts'
import { notFound } from './read-routes.ts'

export interface WriteParts {
  readonly writes: Writes
  readonly slowly: <T>(query: () => T) => Promise<T>
  readonly invalidate: (written: Written) => Promise<WriteReply['invalidation']>
  readonly counts: ServiceCounts
  readonly origin: Origin
}

const id = { type: 'integer', minimum: 1 }
const text = { type: 'string', minLength: 1, maxLength: 2000 }

function takes(params: readonly string[], body: Readonly<Record<string, object>>): { schema: object } {
  return {
    schema: {
      params: { type: 'object', properties: Object.fromEntries(params.map(name => [name, id])) },
      body: { type: 'object', required: Object.keys(body), properties: body, additionalProperties: false },
    },
  }
}

interface Put<Params, Body> {
  Params: Params
  Body: Body
}

/** The writes of the marketplace: change the row, then drop what shows it, then answer. */
export function writeRoutes(
  app: FastifyInstance,
  { writes, slowly, invalidate, counts, origin }: WriteParts,
): void {
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    write: () => Written | null,
  ): Promise<WriteReply> => {
    counts.writes++
    counts.queries.writes++
    const written = await slowly(write)
    if (!written) return notFound(reply, request.url)
    return { versions: written.versions, invalidation: await invalidate(written), ...origin }
  }

  app.put<Put<{ id: number }, { salary: number; status: 'open' | 'closed' }>>(
    '/jobs/:id',
    takes(['id'], {
      salary: { type: 'integer', minimum: 1, maximum: 10_000_000 },
      status: { enum: ['open', 'closed'] },
    }),
    (request, reply) => answer(request, reply, () => writes.job(request.params.id, request.body)),
  )
  app.put<Put<{ id: number; user: number }, { letter: string }>>(
    '/jobs/:id/applications/:user',
    takes(['id', 'user'], { letter: text }),
    (request, reply) =>
      answer(request, reply, () => writes.application(request.params.id, request.params.user, request.body)),
  )
  app.put<Put<{ id: number }, { headline: string }>>(
    '/users/:id',
    takes(['id'], { headline: text }),
    (request, reply) => answer(request, reply, () => writes.user(request.params.id, request.body)),
  )
  app.put<Put<{ id: number }, { population: number }>>(
    '/cities/:id',
    takes(['id'], { population: { type: 'integer', minimum: 0, maximum: 1e9 } }),
    (request, reply) => answer(request, reply, () => writes.city(request.params.id, request.body)),
  )
}
