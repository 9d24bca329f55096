import { Readable } from 'node:stream'
import {
  nativeOptions,
  type TestApp,
  type TestReply,
  type TestRequest,
  type TestServer,
} from '@tiercache/http/testing'
import { fastify, type FastifyReply, type FastifyRequest } from 'fastify'
import { cacheAdmin, cacheHealth, cacheStats, cacheTiming, tiercache } from '../../src/index.ts'

/** A Fastify server as a test describes it. */
export async function start({
  cache,
  routes,
  health,
  stats,
  admin,
  timing: timed,
}: TestApp): Promise<TestServer> {
  const app = fastify({ forceCloseConnections: true, return503OnClosing: false })
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  await app.register(tiercache, { cache })
  const timing = timed && cacheTiming({ log: timed.log, cache })
  if (timing !== undefined) await app.register(timing)
  if (health !== undefined) app.all(health, cacheHealth(cache))
  if (stats !== undefined) app.get(stats, cacheStats(cache, timing && { timing }))
  if (admin !== undefined) app.all(admin.path, cacheAdmin(cache, nativeOptions(admin.options, shown)))
  for (const { method, path: url, cache: options, invalidates, handle } of routes) {
    const config = {
      ...(options !== undefined && { cache: nativeOptions(options, shown) }),
      ...(invalidates !== undefined && { invalidates: nativeOptions(invalidates, shown) }),
    }
    app.route({
      method,
      url,
      config,
      handler: async (request, reply) => answer(reply, await handle(shown(request))),
    })
  }
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  return { origin, ...(timing !== undefined && { timing: () => timing.stats() }), close: () => app.close() }
}

function shown(request: FastifyRequest): TestRequest {
  const query = request.query as Record<string, string | string[] | undefined>
  return {
    method: request.method,
    url: request.originalUrl,
    header: name => request.headers[name]?.toString(),
    query: name => query[name]?.toString(),
  }
}

function answer(reply: FastifyReply, { status = 200, headers = {}, body, stream }: TestReply): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .send(stream === undefined ? body : Readable.from(stream))
}
