import type { Outage } from '../run/chaos.ts'
import { bad, count, good, ms, seconds, things, warn } from './format.ts'

/** One outage in one line, as far as it has come after `elapsedMs`. */
export function outageLine(outage: Outage, elapsedMs: number): string {
  const { what, killedAt, backAt, recoveredAt, reads, failedReads, retriedRequests } = outage
  const killed = `${what} killed at ${seconds(killedAt)}`
  if (backAt === undefined) return `${killed}, ${bad(`down for ${seconds(elapsedMs - killedAt)}`)}`
  const back = `${killed}, back after ${seconds(backAt - killedAt)}`
  if (!reads) return `${back}, ${warn('recovering')}`
  const recovered =
    recoveredAt === undefined ? bad('not recovered') : `recovered ${ms(recoveredAt - backAt)} later`
  const failed = failedReads === 0 ? good('none failed') : bad(`${count(failedReads ?? 0)} failed`)
  const retried = retriedRequests ? `, ${things(retriedRequests, 'request')} passed to another instance` : ''
  return `${back}, ${recovered}; ${things(reads.count, 'read')} meanwhile, ${failed}, p99 ${ms(reads.p99)}${retried}`
}
