import { setTimeout as wait } from 'node:timers/promises'
import { createCache } from '@tiercache/core'
import type { Contender, Contenders, Figures } from '../../run/contender.ts'
import { now } from '../../now.ts'

export interface StampedeTask {
  readonly key: string
  /** When all processes begin, by `now`. */
  readonly at: number
  readonly readers: number
  readonly loadMs: number
}

/** One of several processes that all want a key nobody has. */
const reader: Contender<StampedeTask, Figures> = async ({ redisUrl }) => {
  const cache = createCache({ redis: redisUrl, namespace: 'bench-stampede' })
  await cache.ready()
  return async ({ key, at, readers, loadMs }) => {
    await wait(Math.max(0, at - now() - 2))
    while (now() < at) await Promise.resolve()
    let loads = 0
    let loadedIn = 0
    const load = async (): Promise<string> => {
      loads++
      const from = now()
      await wait(loadMs)
      loadedIn = now() - from
      return key
    }
    const values = await Promise.all(Array.from({ length: readers }, () => cache.getOrSet(key, load)))
    const ms = now() - at
    const wrong = values.filter(value => value !== key).length
    return { loads, loadedIn, ms, wrong }
  }
}

export const contenders: Contenders<StampedeTask, Figures> = { reader }
