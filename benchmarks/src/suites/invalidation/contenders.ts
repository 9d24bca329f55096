import { type Cache, createCache } from '@tiercache/core'
import { Redis } from 'ioredis'
import { now } from '../../now.ts'
import type { Contender, Contenders } from '../../run/contender.ts'

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

type One = Contender<InvalidationTask, Fired | number | void>

const CHANNEL = 'bench-invalidation'

/** Deletes. */
const deleter: One = async ({ redisUrl }) => {
  const cache = await open(redisUrl)
  return ({ key }) => fired(() => cache.delete(key))
}

/** Has the value in memory and asks for it in every turn of its event loop, as requests would, until it is gone. */
const holder: One = async ({ redisUrl }) => {
  const cache = await open(redisUrl)
  let gone: Promise<number> | undefined
  return async ({ step, key }) => {
    if (step === 'gone') return gone
    await cache.getOrSet(key, () => key)
    await cache.idle()
    if (cache.getSync(key) !== key) throw new Error('the value is not in memory')
    gone = watch(() => cache.getSync(key) === undefined)
  }
}

/** The floor: a message, and nothing done with it. */
const publisher: One = async ({ redisUrl }) => {
  const client = new Redis(redisUrl)
  await client.ping()
  return ({ key }) => fired(() => client.publish(CHANNEL, key))
}

/** Hears the message, in a process as busy as that of the holder. */
const subscriber: One = async ({ redisUrl }) => {
  const client = new Redis(redisUrl)
  const heard = new Set<string>()
  client.on('message', (_, key: string) => heard.add(key))
  await client.subscribe(CHANNEL)
  let gone: Promise<number> | undefined
  return ({ step, key }) => {
    if (step === 'gone') return gone
    gone = watch(() => heard.has(key))
    return undefined
  }
}

export const contenders: Contenders<InvalidationTask, Fired | number | void> = {
  deleter,
  holder,
  publisher,
  subscriber,
}

async function open(redis: string): Promise<Cache> {
  const cache = createCache({ redis, namespace: 'bench-invalidation' })
  await cache.ready()
  return cache
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
