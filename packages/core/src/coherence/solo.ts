import type { InvalidateReply } from '../store.ts'
import { type LogStore, SOLO_EPOCH } from './partition.ts'

/** The log of a cache without Redis: a counter. */
export function soloLog(): LogStore {
  let seq = 0
  return {
    invalidate: (): Promise<InvalidateReply> =>
      Promise.resolve({ epoch: SOLO_EPOCH, seq: ++seq, stored: false }),
    sync: () => Promise.reject(new Error('a cache without Redis has nothing to follow')),
    heal: () => Promise.resolve(''),
    reconnect: () => {},
  }
}
