import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { createCache } from '@tiercache/core'
import { cacheResponse } from '@tiercache/express'
import { tiercache } from '@tiercache/fastify'
import express, { type RequestHandler } from 'express'
import { fastify, type RouteHandlerMethod } from 'fastify'
import { pageOf } from '../../data.ts'
import {
  type Contenders,
  type Environment,
  type Figures,
  floor,
  other,
  ours,
  type Prepare,
} from '../../run/contender.ts'
import { openPeer } from '../../subjects/open.ts'
import { nameOf as nameOfPeer, peers } from '../../subjects/peers.ts'
import type { Peer } from '../../subjects/subject.ts'
import { type HttpTask, measured } from './serve.ts'

type Served = Prepare<HttpTask, Figures>

/** How a resource is answered. */
interface Way {
  readonly answer: 'object' | 'slow object' | 'bytes'
  /** Through the cache, with this for its option `headers`. */
  readonly cached?: { readonly headers: boolean }
  /** From a cache of values. */
  readonly value?: Peer
}

export const SIZES: readonly number[] = [1024, 10_240, 36_864]
export const FRAMEWORKS: readonly string[] = ['express', 'fastify']
export const ANCHOR = 'object in memory'

const DATABASE_MS = 50

const ways: Readonly<Record<string, Way>> = {
  [ANCHOR]: { answer: 'object' },
  'tiercache hit': { answer: 'object', cached: { headers: true } },
  // As in production.
  'tiercache hit, headers: false': { answer: 'object', cached: { headers: false } },
  // The floor: nothing stands between the bytes and node:http.
  'bytes by hand': { answer: 'bytes' },
  [`no cache, database ${DATABASE_MS} ms`]: { answer: 'slow object' },
}

/** Other caches have no responses, only values: the handler asks the cache and sends what it gets. */
const inMemory = peers.filter(peer => peer.tiers.includes('memory'))

export const contenders: Contenders<HttpTask, Figures> = Object.fromEntries(
  Object.entries({ express: inExpress, fastify: inFastify }).flatMap(([framework, serve]) => [
    ...Object.entries(ways).map(([what, way]) => {
      const is = way.cached === undefined ? floor : ours
      return [nameOf(framework, what), is(serve(way))] as const
    }),
    ...inMemory.map(peer => {
      const way = { answer: 'object', value: peer } as const
      return [nameOf(framework, nameOfPeer(peer)), other(peer, serve(way))] as const
    }),
  ]),
)

/** A contender's name. */
export function nameOf(framework: string, what: string): string {
  return `${framework}: ${what}`
}

function inExpress({ answer, cached, value }: Way): Served {
  return async environment => {
    const app = express()
    const cache = createCache()
    const before = cached === undefined ? [] : [cacheResponse(cache, { ttl: '1h', ...cached })]
    for (const bytes of SIZES) {
      const read = await readerOf(value, bytes, environment)
      app.get(`/${bytes}`, ...before, read === undefined ? expressHandler(answer, bytes) : sending(read))
    }
    return measured(createServer(app))
  }
}

function expressHandler(answer: Way['answer'], bytes: number): RequestHandler {
  const page = pageOf(1, bytes)
  const { head, body } = bytesOf(page)
  if (answer === 'bytes') return (_, response) => void response.writeHead(200, head).end(body)
  if (answer === 'object') return (_, response) => void response.json(page)
  return async (_, response) => {
    await wait(DATABASE_MS)
    response.json(page)
  }
}

function inFastify({ answer, cached, value }: Way): Served {
  return async environment => {
    const app = fastify()
    await app.register(tiercache, { cache: createCache() })
    const config = cached === undefined ? {} : { cache: { ttl: '1h' as const, ...cached } }
    for (const bytes of SIZES) {
      const read = await readerOf(value, bytes, environment)
      app.get(`/${bytes}`, { config }, read ?? fastifyHandler(answer, bytes))
    }
    await app.listen({ port: 0, host: '127.0.0.1' })
    return measured(app.server)
  }
}

function fastifyHandler(answer: Way['answer'], bytes: number): RouteHandlerMethod {
  const page = pageOf(1, bytes)
  const { head, body } = bytesOf(page)
  if (answer === 'object') return (_, reply) => reply.send(page)
  if (answer === 'bytes') return (_, reply) => void reply.hijack().raw.writeHead(200, head).end(body)
  return async () => {
    await wait(DATABASE_MS)
    return page
  }
}

/** What a handler asks for its value; undefined without a cache of values. */
async function readerOf(
  peer: Peer | undefined,
  bytes: number,
  { redisUrl }: Environment,
): Promise<(() => Promise<unknown>) | undefined> {
  if (peer === undefined) return undefined
  const cache = await openPeer(peer, { tiers: 'memory', redisUrl })
  const key = `page:${bytes}`
  await cache.set(key, pageOf(1, bytes))
  return () => cache.getOrSet(key)
}

function sending(read: () => Promise<unknown>): RequestHandler {
  return async (_, response) => void response.json(await read())
}

function bytesOf(page: object): { readonly head: string[]; readonly body: Buffer } {
  const body = Buffer.from(JSON.stringify(page))
  const fields = {
    'content-type': 'application/json; charset=utf-8',
    date: new Date().toUTCString(),
    etag: '"a-tag-of-22-characters"',
    'content-length': String(body.length),
    age: '1',
  }
  return { head: Object.entries(fields).flat(), body }
}
