import {
  nativeOptions,
  type TestApp,
  type TestReply,
  type TestRequest,
  type TestRoute,
  type TestServer,
} from '@tiercache/http/testing'
import type { Cache } from '@tiercache/core'
import type { NextRequest } from 'next/server.js'
import {
  cacheAdmin,
  cacheHealth,
  cacheResponse,
  cacheStats,
  type EndpointHandler,
  invalidates,
  type RouteHandler,
} from '../../src/index.ts'
import { type Route, serveRoutes } from './route-server.ts'

/** What of the suite is no matter of route handlers. */
export const unseen = { timing: 'nothing in Next.js sees a request arrive and its response sent' }

/** Route handlers as a test describes them. */
export async function start({ cache, routes, health, stats, admin }: TestApp): Promise<TestServer> {
  const all: Route[] = Object.entries(Object.groupBy(routes, ({ path }) => path)).map(
    ([path, some = []]) => ({
      pattern: path.replace('*', '[...rest]'),
      handlers: Object.fromEntries(some.map(route => [route.method, handlerOf(cache, route)])),
    }),
  )
  if (health !== undefined) all.push(endpoint(health, cacheHealth(cache)))
  if (stats !== undefined) all.push(endpoint(stats, cacheStats(cache)))
  if (admin !== undefined)
    all.push(endpoint(admin.path, cacheAdmin(cache, nativeOptions(admin.options, shown))))
  return serveRoutes(all, path => {
    for (const { pattern } of all) {
      if (pattern === path) return { route: pattern }
      const base = pattern.replace('[...rest]', '')
      if (base !== pattern && path.startsWith(base))
        return { route: pattern, params: { rest: path.slice(base.length).split('/') } }
    }
    return undefined
  })
}

function handlerOf(
  cache: Cache,
  { cache: options, invalidates: invalidated, handle }: TestRoute,
): RouteHandler {
  let handler: RouteHandler = async request => responseOf(await handle(shown(request)))
  if (options !== undefined) handler = cacheResponse(cache, nativeOptions(options, shown), handler)
  if (invalidated !== undefined) handler = invalidates(cache, nativeOptions(invalidated, shown), handler)
  return handler
}

function endpoint(pattern: string, handler: EndpointHandler): Route {
  return { pattern, handlers: { GET: handler, POST: handler, DELETE: handler } }
}

function shown(request: NextRequest): TestRequest {
  return {
    method: request.method,
    url: request.nextUrl.pathname + request.nextUrl.search,
    header: name => request.headers.get(name) ?? undefined,
    query: name => request.nextUrl.searchParams.get(name) ?? undefined,
  }
}

function responseOf({ status = 200, headers = {}, body, stream }: TestReply): Response {
  const fields = new Headers()
  for (const [name, value] of Object.entries(headers))
    for (const item of [value].flat()) fields.append(name, item)
  const init = { status, headers: fields }
  if (stream !== undefined) return new Response(ReadableStream.from(stream), init)
  if (typeof body === 'object' && !Buffer.isBuffer(body)) return Response.json(body, init)
  if (status === 204) return new Response(null, init)
  return new Response((body as Uint8Array<ArrayBuffer> | string | undefined) ?? null, init)
}
