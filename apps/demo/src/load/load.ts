import { setTimeout as sleep } from 'node:timers/promises'
import type { Checker, Observation } from '../check/checker.ts'
import type { Deferred } from '../check/deferred.ts'
import { messageOf } from '../cleanup.ts'
import { monotonicMs } from '../clock.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { Tally } from '../measure/tally.ts'
import type { Client, Timed } from './client.ts'
import type { ReadReply } from '../protocol.ts'
import type { Work } from './mix.ts'

export interface LoadParts {
  /** The one address. */
  readonly address: string
  readonly client: Client
  readonly fleet: Fleet
  readonly checker: Checker
  readonly deferred: Deferred
  readonly tally: Tally
}

export interface LoadPlan {
  readonly next: () => Work
  readonly rate: number
  readonly concurrency: number
  readonly seconds: number
  readonly signal: AbortSignal
}

/** The load's own view of the requests it makes: each is sent, checked and counted. */
export interface Requests {
  read(path: string): Promise<void>
  /** A probe of one instance, past the balancer. Not counted as a failure if that instance is gone by then. */
  readFrom(instance: string, pid: number, path: string): Promise<void>
  run(work: Work): Promise<void>
}

export function createRequests({ address, client, fleet, checker, deferred, tally }: LoadParts): Requests {
  const failed = (kind: 'reads' | 'writes', request: string, error: unknown): void =>
    tally.failed(kind, request, messageOf(error))
  const read = async (path: string, past?: 'cache'): Promise<void> => {
    try {
      const observation = observed(path, await client.read(address, path, past))
      tally.read(observation, checker.judge(observation))
    } catch (error) {
      failed('reads', `GET ${path}`, error)
    }
  }
  const readFrom = async (instance: string, pid: number, path: string): Promise<void> => {
    const child = fleet.find(instance)
    if (child?.pid !== pid) return void tally.probes.skipped++
    try {
      tally.probed(checker.judge(observed(path, await client.read(child.address, path))))
    } catch (error) {
      if (fleet.find(instance)?.pid === pid) failed('reads', `GET ${path} from ${instance}`, error)
      else tally.probes.skipped++
    }
  }
  const write = async (work: Work & { kind: 'write' }): Promise<void> => {
    try {
      const { reply, begin, end } = await client.write(address, work.path, work.body)
      const { instance, pid, versions, invalidation } = reply
      const settled = invalidation.status === 'committed'
      checker.acknowledged({ instance, pid, versions, at: invalidation.at, settled })
      if (!settled) deferred.answered(invalidation.id, versions)
      tally.written(reply, end - begin)
      await readFrom(instance, pid, work.readBack)
    } catch (error) {
      failed('writes', `PUT ${work.path}`, error)
    }
  }
  return {
    read: path => read(path),
    readFrom,
    run(work) {
      if (work.kind === 'write') return write(work)
      return read(work.path, work.kind === 'uncached' ? 'cache' : undefined)
    },
  }
}

function observed(path: string, { reply, begin, end }: Timed<ReadReply>): Observation {
  const { instance, pid, versions, cache } = reply
  return { instance, pid, path, ...cache, versions, begin, end }
}

/** Sends requests at a steady rate, at most `concurrency` at once, until the time is over or the signal says so. */
export async function runLoad(
  requests: Requests,
  { next, rate, concurrency, seconds, signal }: LoadPlan,
): Promise<void> {
  const start = monotonicMs()
  const end = start + seconds * 1000
  let sent = 0
  const worker = async (): Promise<void> => {
    while (!signal.aborted) {
      const due = start + (sent++ * 1000) / rate
      if (due >= end || monotonicMs() >= end) return
      const early = due - monotonicMs()
      if (early > 0) await sleep(early, undefined, { signal }).catch(() => {})
      if (!signal.aborted) await requests.run(next())
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}
