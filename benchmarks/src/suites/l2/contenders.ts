import { createCache, type Codec, raw } from '@tiercache/core'
import { Redis } from 'ioredis'
import { committed, pageOf, type Page } from '../../data.ts'
import { type Contenders, type Figures, floor, others, ours, type Prepare } from '../../run/contender.ts'
import { openPeer } from '../../subjects/open.ts'
import type { Peer } from '../../subjects/subject.ts'
import { PATIENT } from '../../subjects/tiercache.ts'
import { bareSocket } from './bare-socket.ts'
import { KEYS, type L2Task, loop, type Reader } from './time.ts'

type L2 = Prepare<L2Task, Figures>

export const SIZES: readonly number[] = [1024, 10_240]
export const ANCHOR = 'ioredis GET'

const AT_ONCE = 32

/** All on one connection. What the floors read is JSON, as written by a program without tiercache. */
export const contenders: Contenders<L2Task, Figures> = {
  'bare socket GET': floor(async environment => {
    const get = await bareSocket(environment.redisUrl)
    return plain(read => get(read), bytesToPage)(environment)
  }),
  // Autopipelined, a string, not decoded: the bar.
  [ANCHOR]: floor(plain((key, client) => client.get(key), textToPage)),
  // The bytes, not decoded.
  'ioredis GET, Buffer': floor(plain((key, client) => client.getBuffer(key), bytesToPage)),
  // What a program has to do to use the value.
  'ioredis GET and JSON.parse': floor(
    plain(
      async (key, client) => textToPage(await client.get(key)),
      value => value,
      isPage,
    ),
  ),
  'tiercache get': ours(tiercache()),
  'tiercache get, raw()': ours(
    tiercache(raw(), bytes => Buffer.from(JSON.stringify(bytes)), bytesToPage),
    {
      setting: 'codec: raw()',
      givesUp: 'values are bytes; nothing is decoded',
    },
  ),
  ...others(peer => peer.tiers.includes('redis'), another),
}

/** JSON in Redis, read in some way. */
function plain(
  get: (key: string, client: Redis) => Promise<unknown>,
  page: (value: never) => unknown,
  isFound: (value: unknown) => boolean = value => value !== null,
): L2 {
  return ({ redisUrl }) => {
    const client = new Redis(redisUrl, { enableAutoPipelining: true })
    const key = (index: number, bytes: number): string => `bench-l2-raw:${bytes}:${index}`
    return loop({
      fill: bytes => inBatches(index => client.set(key(index, bytes), JSON.stringify(pageOf(index, bytes)))),
      read: (index, bytes) => get(key(index, bytes), client),
      pageOf: page as Reader['pageOf'] & {},
      isFound,
    })
  }
}

function tiercache(
  codec?: Codec,
  toValue: (page: Page) => unknown = page => page,
  page: (value: never) => unknown = value => value,
): L2 {
  return async ({ redisUrl }) => {
    const namespace = `bench-l2-${codec?.id ?? ''}`
    const options = { memory: false, redis: redisUrl, namespace, ttl: '1h', ...(codec && { codec }) } as const
    const cache = createCache({ ...options, ...PATIENT })
    await cache.ready()
    return loop({
      fill: bytes =>
        inBatches(index => committed(() => cache.set(keyOf(index, bytes), toValue(pageOf(index, bytes))))),
      read: (index, bytes) => cache.get(keyOf(index, bytes)),
      pageOf: page as Reader['pageOf'] & {},
      isFound: codec === undefined ? isPage : value => value !== undefined,
    })
  }
}

/** Another cache, whose loader must never be called. */
function another(peer: Peer): L2 {
  return async ({ redisUrl }) => {
    const cache = await openPeer(peer, { tiers: 'redis', redisUrl })
    return loop({
      fill: bytes => inBatches(index => cache.set(keyOf(index, bytes), pageOf(index, bytes))),
      read: (index, bytes) => cache.getOrSet(keyOf(index, bytes)),
      pageOf: value => value,
      isFound: isPage,
    })
  }
}

async function inBatches(write: (index: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < KEYS; from += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => write(from + i)))
  }
}

function keyOf(index: number, bytes: number): string {
  return `page:${bytes}:${index}`
}

function isPage(value: unknown): boolean {
  return ((value as Page | undefined)?.rows.length ?? 0) > 0
}

function textToPage(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text)
}

function bytesToPage(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString())
}
