import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet } from '../fleet/fleet.ts'
import { pathOf } from '../load/mix.ts'
import type { Requests } from '../load/load.ts'
import type { Checker } from './checker.ts'
import type { Deferred } from './deferred.ts'

export interface Audit {
  /** Reads of the audit: each written row and list, from each instance. */
  readonly reads: number
  /** Invalidations that were still open when it began. */
  readonly openInvalidations: number
}

const settleMs = 10_000
const maxSubjects = 500
const atOnce = 16

/**
 * When all is quiet: waits until every deferred invalidation is made good and the bound has passed, then reads what was
 * written from every instance. Whatever is still old is now a violation of the bound.
 */
export async function audit({
  fleet,
  requests,
  checker,
  deferred,
  boundMs,
  signal,
}: {
  readonly fleet: Fleet
  readonly requests: Requests
  readonly checker: Checker
  readonly deferred: Deferred
  readonly boundMs: number
  readonly signal: AbortSignal
}): Promise<Audit> {
  for (let waited = 0; deferred.counts().open > 0 && waited < settleMs && !signal.aborted; waited += 50)
    await sleep(50)
  await sleep(boundMs + 50, undefined, { signal }).catch(() => {})
  const written = [...checker.ledger.subjects()].slice(-maxSubjects)
  const reads = written.flatMap(subject =>
    fleet.running().map(child => () => requests.readFrom(child.name, child.pid, pathOf(subject))),
  )
  const total = reads.length
  const worker = async (): Promise<void> => {
    for (let read = reads.pop(); read && !signal.aborted; read = reads.pop()) await read()
  }
  const openInvalidations = deferred.counts().open
  await Promise.all(Array.from({ length: atOnce }, worker))
  return { reads: total - reads.length, openInvalidations }
}
