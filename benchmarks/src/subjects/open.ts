import type { Peer, Setup, Subject } from './subject.ts'

/** What a suite has to say of a cache; the rest is the same everywhere. */
export type Opened = Pick<Setup, 'tiers' | 'redisUrl'> & Partial<Setup>

/** Opens a cache in a namespace that nobody else has, loading nothing. */
export function openPeer({ id, open }: Pick<Peer, 'id' | 'open'>, setup: Opened): Promise<Subject> {
  return open({
    namespace: `bench-${id}-${process.pid}`,
    maxEntries: 100_000,
    load: key => Promise.reject(new Error(`${key} was not there`)),
    ...setup,
  })
}
