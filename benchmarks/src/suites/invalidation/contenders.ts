import { Redis } from 'ioredis'
import { now } from '../../now.ts'
import { type Contenders, floor, others, ours, type Prepare } from '../../run/contender.ts'
import { openPeer } from '../../subjects/open.ts'
import { isThere, type Peer, type Subject } from '../../subjects/subject.ts'
import { openTiercache } from '../../subjects/tiercache.ts'
import { wire } from './wire.ts'

/** `arm`: have the key and begin to watch it. `gone`: say when it was gone. `fire`: invalidate it. */
export interface InvalidationTask {
  readonly step: 'arm' | 'gone' | 'fire'
  readonly key: string
}

/** When a call was made, when it began to be written, and when it resolved, by `now`. */
export interface Fired {
  readonly calledAt: number
  readonly wroteAt: number
  readonly resolvedAt: number
}

/** When a value was gone, and when the bytes had come that said so. */
export interface Gone {
  readonly heardAt: number
  readonly goneAt: number
}

type One = Prepare<InvalidationTask, Fired | Gone | void>
/** Values that memory has beside the one that is deleted. */
const OTHERS = 100

export const ANCHOR = 'PUBLISH'

/** Each in two processes: one that deletes, and one that holds the value. */
export const contenders: Contenders<InvalidationTask, Fired | Gone | void> = {
  // A message, and nothing done with it.
  [ANCHOR]: floor(message('bench-publish', (client, channel, key) => client.publish(channel, key))),
  // What deleting takes at least.
  'DEL and PUBLISH, one pipeline': floor(
    message('bench-del', (client, channel, key) => client.pipeline().del(key).publish(channel, key).exec()),
  ),
  // The commands that ours runs, in a script that decides nothing: what an invalidation costs that stands in a log.
  'HMGET, UNLINK, HSET, XADD and PUBLISH, one script': floor(
    message('bench-script', (client, channel, key) => client.eval(RECORD, 3, key, LOG, POSITION, channel)),
  ),
  'tiercache delete': ours(deletion({ id: 'tiercache', open: openTiercache })),
  ...others(peer => peer.tiers.includes('both'), deletion),
}

const [LOG, POSITION] = ['bench-script-log', 'bench-script-position']
const RECORD = `
local at = redis.call('HMGET', KEYS[3], 'seq', 'epoch')
local seq = (at[1] or 0) + 1
redis.call('UNLINK', KEYS[1])
redis.call('HSET', KEYS[3], 'seq', seq)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 10000, '*', 'key', KEYS[1])
return redis.call('PUBLISH', ARGV[1], KEYS[1])`

/** One that deletes, or has the value in memory and asks for it in every turn of its event loop, as requests would, until it is gone. */
function deletion(peer: Pick<Peer, 'id' | 'open'> & Partial<Peer>): One {
  return async ({ redisUrl }) => {
    const namespace = `bench-invalidation-${peer.id}-${(peer.setting ?? '').replaceAll(/\W/g, '')}`
    const load = async (key: string): Promise<string> => key
    const cache = await openPeer(peer, { tiers: 'both', redisUrl, namespace, load })
    await Promise.all(Array.from({ length: OTHERS }, (_, i) => hold(cache, `other:${i}`)))
    let gone: Promise<Gone> | undefined
    return async ({ step, key }) => {
      if (step === 'gone') return gone
      if (step === 'fire') return fired(() => cache.delete(key))
      await hold(cache, key)
      gone = watchFor(cache, key)
    }
  }
}

async function hold(cache: Subject, key: string): Promise<void> {
  await cache.getOrSet(key)
  await cache.idle?.()
  const value = cache.getSync === undefined ? await cache.get(key) : cache.getSync(key)
  if (value !== key) throw new Error('the value is not there')
}

function watchFor(cache: Subject, key: string): Promise<Gone> {
  const { getSync } = cache
  return getSync === undefined ? watchAwaited(cache, key) : watch(() => !isThere(getSync(key)))
}

/** On a channel of its own: all are given the same keys. */
function message(
  channel: string,
  send: (client: Redis, channel: string, key: string) => Promise<unknown>,
): One {
  return async ({ redisUrl }) => {
    const [client, subscriber] = [new Redis(redisUrl), new Redis(redisUrl)]
    const heard = new Set<string>()
    subscriber.on('message', (_, key: string) => heard.add(key))
    await Promise.all([client.ping(), subscriber.subscribe(channel)])
    let gone: Promise<Gone> | undefined
    return async ({ step, key }) => {
      if (step === 'gone') return gone
      if (step === 'fire') return fired(() => send(client, channel, key))
      gone = watch(() => heard.has(key))
    }
  }
}

async function fired(call: () => Promise<unknown>): Promise<Fired> {
  wire.wroteAt = 0
  const calledAt = now()
  await call()
  return { calledAt, wroteAt: wire.wroteAt, resolvedAt: now() }
}

function watch(isGone: () => boolean): Promise<Gone> {
  return new Promise(resolve => {
    const look = (): void => {
      if (isGone()) return resolve({ heardAt: wire.heardAt, goneAt: now() })
      wire.heardAt = 0
      setImmediate(look)
    }
    setImmediate(look)
  })
}

/** Of a cache that has no other way to look into memory than to ask it. */
async function watchAwaited(cache: Subject, key: string): Promise<Gone> {
  while (isThere(await cache.get(key))) {
    wire.heardAt = 0
    await new Promise(resolve => setImmediate(resolve))
  }
  return { heardAt: wire.heardAt, goneAt: now() }
}
