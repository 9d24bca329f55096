import { Readable } from 'node:stream'
import Router from '@koa/router'
import {
  listening,
  nativeOptions,
  type TestApp,
  type TestReply,
  type TestRequest,
  type TestServer,
} from '@tiercache/http/testing'
import Koa, { type Context } from 'koa'
import {
  cacheAdmin,
  cacheHealth,
  cacheResponse,
  cacheStats,
  cacheTiming,
  invalidates,
} from '../../src/index.ts'

/** A Koa server as a test describes it. */
export async function start({
  cache,
  routes,
  health,
  stats,
  admin,
  timing: timed,
}: TestApp): Promise<TestServer> {
  const app = new Koa()
  const router = new Router()
  app.silent = true
  const timing = timed && cacheTiming({ log: timed.log, cache })
  if (timing !== undefined) app.use(timing)
  if (health !== undefined) router.all(health, cacheHealth(cache))
  if (stats !== undefined) router.all(stats, cacheStats(cache, timing && { timing }))
  if (admin !== undefined) router.all(admin.path, cacheAdmin(cache, nativeOptions(admin.options, shown)))
  for (const { method, path, cache: options, invalidates: invalidated, handle } of routes) {
    const middlewares: Koa.Middleware[] = [async ctx => reply(ctx, await handle(shown(ctx)))]
    if (options !== undefined) middlewares.unshift(cacheResponse(cache, nativeOptions(options, shown)))
    if (invalidated !== undefined) middlewares.unshift(invalidates(cache, nativeOptions(invalidated, shown)))
    router.register(
      path.replace(/\/\*$/, '/{*rest}'),
      method === 'GET' ? ['GET', 'HEAD'] : [method],
      middlewares,
    )
  }
  const server = app.use(router.routes()).listen(0, '127.0.0.1')
  return listening(server, timing)
}

function shown(ctx: Context): TestRequest {
  return {
    method: ctx.method,
    url: ctx.originalUrl,
    header: name => ctx.get(name) || undefined,
    query: name => ctx.query[name]?.toString(),
  }
}

function reply(ctx: Context, { status = 200, headers = {}, body, stream }: TestReply): void {
  ctx.status = status
  ctx.set(headers)
  if (stream !== undefined) ctx.body = Readable.from(stream)
  else if (body !== undefined) ctx.body = body
}
