import { setTimeout as wait } from 'node:timers/promises'
import type { Figures } from '../../run/contender.ts'
import type { Racer } from '../../run/racer.ts'
import { quantile } from '../../statistics.ts'
import type { Fired, Gone } from './contenders.ts'

const LONGEST_MS = 2000

interface Shot {
  /** From the call until its command began to be written, in µs. */
  readonly before: number
  /** From the bytes that said so until it was gone. */
  readonly after: number
  /** From the call until it was gone elsewhere, in µs. */
  readonly fromCall: number
  /** From the moment the call resolved; below 0 it was gone before. */
  readonly fromResolved: number
}

/** Invalidates so many keys, one after another: the first process deletes, the second has the value. */
export async function shoot([from, at]: readonly Racer[], shots: number, prefix: string): Promise<Figures> {
  if (from === undefined || at === undefined) throw new Error('a process is missing')
  const found: Shot[] = []
  for (let i = 0; i < shots; i++) found.push(await one(from, at, `${prefix}:${process.pid}:${i}`))
  const calls = found.map(({ fromCall }) => fromCall)
  const resolved = found.map(({ fromResolved }) => fromResolved)
  return {
    call: quantile(calls, 0.5),
    before: quantile(
      found.map(({ before }) => before),
      0.5,
    ),
    after: quantile(
      found.map(({ after }) => after),
      0.5,
    ),
    resolved: quantile(resolved, 0.5),
    worst: Math.max(...resolved),
    stale: (100 * resolved.filter(us => us > 0).length) / resolved.length,
  }
}

async function one(from: Racer, at: Racer, key: string): Promise<Shot> {
  await at.run({ step: 'arm', key })
  await wait(1)
  const gone = at.run<Gone>({ step: 'gone', key })
  const whenGone = gone.then(({ goneAt }) => goneAt)
  const { calledAt, wroteAt, resolvedAt } = await from.run<Fired>({ step: 'fire', key })
  const goneAt = await goneAfter(calledAt, whenGone)
  return {
    before: (wroteAt - calledAt) * 1000,
    after: (goneAt - (await gone).heardAt) * 1000,
    fromCall: (goneAt - calledAt) * 1000,
    fromResolved: (goneAt - resolvedAt) * 1000,
  }
}

/** When the value was gone. Rejects where it is served for longer than anybody would wait, or was gone before the call. */
export async function goneAfter(calledAt: number, gone: Promise<number>): Promise<number> {
  gone.catch(() => {}) // it ends with its process
  const goneAt = await Promise.race([gone, wait(LONGEST_MS, undefined, { ref: false })])
  if (goneAt === undefined) throw new Error(`the value was still served ${LONGEST_MS / 1000} s later`)
  if (goneAt < calledAt) throw new Error('the value was gone before it was deleted')
  return goneAt
}
