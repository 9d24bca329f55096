import { type HttpBindings, serve } from '@hono/node-server'
import {
  listening,
  nativeOptions,
  type TestApp,
  type TestReply,
  type TestRequest,
  type TestServer,
} from '@tiercache/http/testing'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import {
  cacheAdmin,
  cacheHealth,
  cacheResponse,
  cacheStats,
  cacheTiming,
  invalidates,
} from '../../src/index.ts'

interface Bound {
  Bindings: HttpBindings
}

/** A Hono server as a test describes it. */
export async function start({
  cache,
  routes,
  health,
  stats,
  admin,
  timing: timed,
}: TestApp): Promise<TestServer> {
  const app = new Hono<Bound>()
  const timing = timed && cacheTiming({ log: timed.log, cache })
  if (timing !== undefined) app.use(timing)
  if (health !== undefined) app.all(health, cacheHealth(cache))
  if (stats !== undefined) app.all(stats, cacheStats(cache, timing && { timing }))
  if (admin !== undefined) app.all(admin.path, cacheAdmin(cache, nativeOptions(admin.options, shown)))
  for (const { method, path, cache: options, invalidates: invalidated, handle } of routes) {
    const handlers: MiddlewareHandler<Bound>[] = [async c => reply(c, await handle(shown(c)))]
    if (options !== undefined) handlers.unshift(cacheResponse(cache, nativeOptions(options, shown)))
    if (invalidated !== undefined) handlers.unshift(invalidates(cache, nativeOptions(invalidated, shown)))
    app.on(method, [path], ...handlers)
  }
  app.onError((_error, c) => c.text('failed', 500))
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  return listening(server, timing)
}

function shown(c: Context): TestRequest {
  const { pathname, search } = new URL(c.req.url)
  return {
    method: c.req.method,
    url: pathname + search,
    header: name => c.req.header(name),
    query: name => c.req.query(name),
  }
}

function reply(c: Context, { status = 200, headers = {}, body, stream }: TestReply): Response {
  for (const [name, value] of Object.entries(headers))
    for (const item of [value].flat()) c.header(name, item, { append: true })
  c.status(status as 200)
  if (stream !== undefined) return c.body(ReadableStream.from(stream) as ReadableStream)
  if (typeof body === 'string') return c.text(body)
  return body === undefined || Buffer.isBuffer(body) ? c.newResponse((body ?? null) as never) : c.json(body)
}
