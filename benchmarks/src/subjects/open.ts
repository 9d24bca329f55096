import { setTimeout as wait } from 'node:timers/promises'
import type { Peer, Setup, Subject } from './subject.ts'

/** What a suite has to say of a cache; the rest is the same everywhere. */
export type Opened = Pick<Setup, 'tiers' | 'redisUrl'> & Partial<Setup>

/** A bus subscribes behind the call that makes it, and most do not say when it has. */
const SUBSCRIBED_MS = 300

/** Opens a cache in a namespace that nobody else has, loading nothing. */
export async function openPeer({ id, open }: Pick<Peer, 'id' | 'open'>, setup: Opened): Promise<Subject> {
  const cache = await open({
    namespace: `bench-${id}-${process.pid}`,
    maxEntries: 100_000,
    load: key => Promise.reject(new Error(`${key} was not there`)),
    ...setup,
  })
  if (setup.tiers === 'both') await wait(SUBSCRIBED_MS)
  return cache
}
