import { Redis } from 'ioredis'
import { now } from '../../now.ts'
import { type Contenders, floor, others, ours, type Prepare } from '../../run/contender.ts'
import { openPeer } from '../../subjects/open.ts'
import { isThere, type Peer, type Subject } from '../../subjects/subject.ts'
import { openTiercache } from '../../subjects/tiercache.ts'

/** `arm`: have the key and begin to watch it. `gone`: say when it was gone. `fire`: invalidate it. */
export interface InvalidationTask {
  readonly step: 'arm' | 'gone' | 'fire'
  readonly key: string
}

/** When a call was made, and when it resolved, by `now`. */
export interface Fired {
  readonly calledAt: number
  readonly resolvedAt: number
}

type One = Prepare<InvalidationTask, Fired | number | void>

export const ANCHOR = 'PUBLISH'

/** Each in two processes: one that deletes, and one that holds the value. */
export const contenders: Contenders<InvalidationTask, Fired | number | void> = {
  // A message, and nothing done with it.
  [ANCHOR]: floor(message('bench-publish', (client, channel, key) => client.publish(channel, key))),
  // What deleting takes at least.
  'DEL and PUBLISH, one pipeline': floor(
    message('bench-del', (client, channel, key) => client.pipeline().del(key).publish(channel, key).exec()),
  ),
  'tiercache delete': ours(deletion({ id: 'tiercache', open: openTiercache })),
  ...others(peer => peer.tiers.includes('both'), deletion),
}

/** One that deletes, or has the value in memory and asks for it in every turn of its event loop, as requests would, until it is gone. */
function deletion(peer: Pick<Peer, 'id' | 'open'> & Partial<Peer>): One {
  return async ({ redisUrl }) => {
    const namespace = `bench-invalidation-${peer.id}-${(peer.setting ?? '').replaceAll(/\W/g, '')}`
    const load = async (key: string): Promise<string> => key
    const cache = await openPeer(peer, { tiers: 'both', redisUrl, namespace, load })
    let gone: Promise<number> | undefined
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

/** When it is gone. */
function watchFor(cache: Subject, key: string): Promise<number> {
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
    let gone: Promise<number> | undefined
    return async ({ step, key }) => {
      if (step === 'gone') return gone
      if (step === 'fire') return fired(() => send(client, channel, key))
      gone = watch(() => heard.has(key))
    }
  }
}

async function fired(call: () => Promise<unknown>): Promise<Fired> {
  const calledAt = now()
  await call()
  return { calledAt, resolvedAt: now() }
}

function watch(isGone: () => boolean): Promise<number> {
  return new Promise(resolve => {
    const look = (): void => {
      if (isGone()) resolve(now())
      else setImmediate(look)
    }
    setImmediate(look)
  })
}

/** Of a cache that has no other way to look into memory than to ask it. */
async function watchAwaited(cache: Subject, key: string): Promise<number> {
  while (isThere(await cache.get(key))) await new Promise(resolve => setImmediate(resolve))
  return now()
}
