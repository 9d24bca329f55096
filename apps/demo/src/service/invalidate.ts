import type { Cache } from '@tiercache/core'
import { messageOf } from '../cleanup.ts'
import { monotonicMs } from '../clock.ts'
import type { Written } from '../database/writes.ts'
import type { FromInstance, WriteReply } from '../protocol.ts'

/**
 * Drops what a write changed and says how far that got. `committed`: Redis has it, the staleness bound runs from now.
 * `deferred`: Redis was out of reach; `report` is told under the same id once it has been made good.
 */
export function createInvalidate(
  cache: Cache,
  name: string,
  report: (message: FromInstance) => void,
): (written: Written) => Promise<WriteReply['invalidation']> {
  let count = 0
  return async written => {
    const id = `${name}.${process.pid}.${++count}`
    const parts = await Promise.all([
      ...(written.keys.length > 0 ? [cache.delete(written.keys)] : []),
      ...(written.tags.length > 0 ? [cache.deleteByTag(written.tags)] : []),
      ...(written.expiredTags.length > 0 ? [cache.expireByTag(written.expiredTags)] : []),
    ])
    const at = monotonicMs()
    if (parts.every(part => part.status === 'committed')) return { id, status: 'committed', at }
    Promise.all(parts.map(part => part.done)).then(
      () => report({ type: 'settled', id, at: monotonicMs() }),
      (error: unknown) => report({ type: 'abandoned', id, reason: messageOf(error) }),
    )
    return { id, status: 'deferred', at }
  }
}
