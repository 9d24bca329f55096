import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  listening,
  nativeOptions,
  type TestApp,
  type TestReply,
  type TestRequest,
  type TestServer,
} from '@tiercache/http/testing'
import express, { type Request, type RequestHandler, type Response } from 'express'
import {
  cacheAdmin,
  cacheHealth,
  cacheResponse,
  cacheStats,
  cacheTiming,
  invalidates,
} from '../../src/index.ts'

/** An Express server as a test describes it. */
export async function start({
  cache,
  routes,
  health,
  stats,
  admin,
  timing: timed,
}: TestApp): Promise<TestServer> {
  const app = express()
  app.disable('x-powered-by')
  const timing = timed && cacheTiming({ log: timed.log, cache })
  if (timing !== undefined) app.use(timing)
  if (health !== undefined) app.use(health, cacheHealth(cache))
  if (stats !== undefined) app.use(stats, cacheStats(cache, timing && { timing }))
  if (admin !== undefined)
    app.use(admin.path, express.json(), cacheAdmin(cache, nativeOptions(admin.options, shown)))
  for (const { method, path, cache: options, invalidates: invalidated, handle } of routes) {
    const handlers: RequestHandler[] = [
      async (request, response) => reply(response, await handle(shown(request))),
    ]
    if (options !== undefined) handlers.unshift(cacheResponse(cache, nativeOptions(options, shown)))
    if (invalidated !== undefined) handlers.unshift(invalidates(cache, nativeOptions(invalidated, shown)))
    app[method.toLowerCase() as 'get'](path.replace(/\/\*$/, '/{*rest}'), ...handlers)
  }
  app.use(
    ((_error, _request, response, _next) =>
      void response.status(500).send('failed')) as express.ErrorRequestHandler,
  )
  const server = app.listen(0, '127.0.0.1')
  return listening(server, timing)
}

function shown(request: Request): TestRequest {
  return {
    method: request.method,
    url: request.originalUrl,
    header: name => request.get(name),
    query: name => (typeof request.query[name] === 'string' ? request.query[name] : undefined),
  }
}

async function reply(
  response: Response,
  { status = 200, headers = {}, body, stream }: TestReply,
): Promise<void> {
  response.status(status).set(headers)
  if (stream === undefined) return void (body === undefined ? response.end() : response.send(body))
  // A stream that fails destroys the response, and there is nobody left to tell.
  await pipeline(Readable.from(stream), response).catch(() => {})
}
