import 'reflect-metadata'
import {
  type CallHandler,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  HttpCode,
  type INestApplication,
  Module,
  Post,
  Query,
  type Type,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { finalize, map, type Observable } from 'rxjs'
import { afterEach, expect, test } from 'vitest'
import { CacheResponse, TiercacheModule } from '../src/index.ts'
import { decorate } from './support/decorate.ts'

const adapters = { express: () => new ExpressAdapter(), fastify: () => new FastifyAdapter() }
let app: INestApplication | undefined

afterEach(() => app?.close())

async function serve(
  platform: keyof typeof adapters,
  controller: Type,
  use: (app: INestApplication) => unknown = () => {},
): Promise<string> {
  class AppModule {}
  Module({ imports: [TiercacheModule.forRoot()], controllers: [controller] })(AppModule)
  app = await NestFactory.create(AppModule, adapters[platform](), {
    logger: false,
    forceCloseConnections: true,
  })
  use(app)
  await app.listen(0, '127.0.0.1')
  return app.getUrl()
}

/** A controller with one route of each kind that counts its calls. */
function counting(): { Counting: Type; calls: () => number } {
  let calls = 0
  class Counting {
    object(): object {
      return { call: ++calls }
    }

    text(q: string): string {
      return `${q}, call ${++calls}`
    }

    post(): object {
      return { call: ++calls }
    }
  }
  decorate(Counting, 'object', [Get('object'), HttpCode(203), Header('X-Made-By', 'handler')])
  decorate(Counting, 'text', [Get('text'), CacheResponse({ ttl: '1m', varyQuery: ['q'] })])
  Query('q')(Counting.prototype, 'text', 0)
  decorate(Counting, 'post', [Post('object')])
  CacheResponse({ ttl: '2m' })(Counting)
  Controller()(Counting)
  return { Counting, calls: () => calls }
}

for (const platform of ['express', 'fastify'] as const) {
  test(`${platform}: on a controller it holds for all its routes, and a route's own goes before`, async () => {
    const { Counting } = counting()
    const origin = await serve(platform, Counting)
    const seen: unknown[] = []
    for (const path of ['object', 'object', 'text?q=a&x=1', 'text?q=a&x=2', 'text?q=b']) {
      const response = await fetch(`${origin}/${path}`)
      seen.push([response.status, response.headers.get('x-cache'), await response.text()])
    }
    expect(seen).toEqual([
      [203, 'MISS', '{"call":1}'],
      [203, 'HIT', '{"call":1}'],
      [200, 'MISS', 'a, call 2'],
      [200, 'HIT', 'a, call 2'],
      [200, 'MISS', 'b, call 3'],
    ])
    const hit = await fetch(`${origin}/object`)
    expect(hit.headers.get('x-made-by')).toBe('handler')
    expect(hit.headers.get('content-type')).toContain('application/json')
    const posted = await fetch(`${origin}/object`, { method: 'POST' })
    expect([posted.status, await posted.json()]).toEqual([201, { call: 4 }])
  })

  test(`${platform}: guards run before an answer from the cache`, async () => {
    const { Counting, calls } = counting()
    class Guard implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, unknown> }>()
        if (headers['x-member'] !== undefined) return true
        throw new UnauthorizedException()
      }
    }
    UseGuards(Guard)(Counting)
    const origin = await serve(platform, Counting)
    const member = { headers: { 'x-member': '1' } }
    await fetch(`${origin}/object`, member)
    expect((await fetch(`${origin}/object`, member)).headers.get('x-cache')).toBe('HIT')
    expect([(await fetch(`${origin}/object`)).status, calls()]).toEqual([401, 1])
  })

  test(`${platform}: interceptors around it see every answer end; what they make of it is stored`, async () => {
    const { Counting } = counting()
    let ended = 0
    let failed = 0
    const around = {
      intercept: (_context: ExecutionContext, next: CallHandler): Observable<unknown> =>
        next.handle().pipe(
          map((data: unknown) => ({ data })),
          finalize(() => ended++),
        ),
    }
    const origin = await serve(platform, Counting, made => {
      made.useGlobalInterceptors(around)
      made.useGlobalFilters({ catch: () => void failed++ })
    })
    for (let i = 1; i <= 3; i++) {
      expect(await (await fetch(`${origin}/object`)).json()).toEqual({ data: { call: 1 } })
      expect([ended, failed]).toEqual([i, 0])
    }
  })

  test(`${platform}: fields that were set before the handler belong to the request`, async () => {
    const { Counting } = counting()
    let requests = 0
    const origin = await serve(platform, Counting, made =>
      made.use((_request: unknown, response: { setHeader(...field: string[]): void }, next: () => void) => {
        response.setHeader('x-request', `${++requests}`)
        next()
      }),
    )
    for (const number of ['1', '2'])
      expect((await fetch(`${origin}/object`)).headers.get('x-request')).toBe(number)
  })
}

test('fastify: so do fields that a hook set on its reply', async () => {
  const { Counting } = counting()
  let requests = 0
  const origin = await serve('fastify', Counting, made => {
    const fastify = made.getHttpAdapter().getInstance() as FastifyAdapter['instance']
    fastify.addHook('onRequest', (_request, reply, next) => {
      reply.header('x-request', `${++requests}`)
      next()
    })
  })
  for (const [number, outcome] of [
    ['1', 'MISS'],
    ['2', 'HIT'],
  ]) {
    const { headers } = await fetch(`${origin}/object`)
    expect([headers.get('x-request'), headers.get('x-cache')]).toEqual([number, outcome])
  }
})
