import 'reflect-metadata'
import { Readable } from 'node:stream'
import {
  Controller,
  HttpStatus,
  type INestApplication,
  Module,
  Req,
  RequestMapping,
  RequestMethod,
  Res,
  StreamableFile,
  type Type,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import {
  nativeOptions,
  type StartServer,
  type TestApp,
  type TestReply,
  type TestRequest,
  type TestRoute,
} from '@tiercache/http/testing'
import {
  CACHE_TIMES,
  CacheResponse,
  Invalidates,
  type ResponseTimes,
  TiercacheModule,
} from '../../src/index.ts'
import { decorate } from './decorate.ts'

/** A Nest server on a platform as a test describes it. */
export function startOn(platform: 'express' | 'fastify'): StartServer {
  return async ({ cache, routes, health, stats, admin, timing }: TestApp) => {
    class AppModule {}
    Module({
      imports: [
        TiercacheModule.forRoot({
          cache,
          endpoints: {
            ...(health !== undefined && { health }),
            ...(stats !== undefined && { stats }),
            ...(admin !== undefined && {
              admin: { path: admin.path, ...nativeOptions(admin.options, shown) },
            }),
          },
          ...(timing !== undefined && { timing: { ...timing, cache } }),
        }),
      ],
      controllers: routes.map(route => controllerOf(route, platform)),
    })(AppModule)
    const app = await create(platform, AppModule)
    await app.listen(0, '127.0.0.1')
    return {
      origin: await app.getUrl(),
      ...(timing !== undefined && { timing: () => app.get<ResponseTimes>(CACHE_TIMES).stats() }),
      close: () => app.close(),
    }
  }
}

async function create(platform: 'express' | 'fastify', module: Type): Promise<INestApplication> {
  const options = { logger: false, forceCloseConnections: true } as const
  if (platform === 'express') return NestFactory.create(module, new ExpressAdapter(), options)
  const adapter = new FastifyAdapter({ forceCloseConnections: true, return503OnClosing: false })
  // As the conformance suite posts text of a type that Fastify does not know.
  adapter
    .getInstance()
    .addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  return NestFactory.create(module, adapter, options)
}

function controllerOf({ method, path, cache, invalidates, handle }: TestRoute, platform: string): Type {
  const rest = platform === 'express' ? '/*rest' : '/*'
  class RouteController {
    async answer(request: object, response: object): Promise<unknown> {
      return answer(await handle(shown(request)), response)
    }
  }
  Req()(RouteController.prototype, 'answer', 0)
  Res({ passthrough: true })(RouteController.prototype, 'answer', 1)
  decorate(RouteController, 'answer', [
    RequestMapping({ method: RequestMethod[method as 'GET'], path: path.replace(/\/\*$/, rest) }),
    ...(cache === undefined ? [] : [CacheResponse(nativeOptions(cache, shown))]),
    ...(invalidates === undefined ? [] : [Invalidates(nativeOptions(invalidates, shown))]),
  ])
  Controller()(RouteController)
  return RouteController
}

interface Native {
  readonly method: string
  readonly originalUrl: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly query: Readonly<Record<string, unknown>>
}

function shown(request: object): TestRequest {
  const native = request as Native
  return {
    method: native.method,
    url: native.originalUrl,
    header: name => native.headers[name]?.toString(),
    query: name => native.query[name]?.toString(),
  }
}

function answer(
  { status = HttpStatus.OK, headers = {}, body, stream }: TestReply,
  response: object,
): unknown {
  const reply = response as { status(code: number): unknown; header(name: string, value: unknown): unknown }
  reply.status(status)
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  if (stream !== undefined) return new StreamableFile(Readable.from(stream))
  return Buffer.isBuffer(body) ? new StreamableFile(body) : body
}
