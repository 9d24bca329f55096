import { setTimeout as wait } from 'node:timers/promises'
import type { Figures } from '../../run/contender.ts'
import type { Racer } from '../../run/racer.ts'
import { quantile } from '../../statistics.ts'
import { goneAfter } from '../invalidation/shoot.ts'

const SHOTS = 8

/** How long after a delete in the first process the last of so many instances in the second serves the value. */
export async function lastInstance(
  [from, at]: readonly Racer[],
  instances: number,
  prefix: string,
): Promise<Figures> {
  if (from === undefined || at === undefined) throw new Error('a process is missing')
  const times: number[] = []
  for (let shot = 0; shot < SHOTS; shot++) {
    const key = `${prefix}:${process.pid}:${shot}`
    await at.run({ step: 'hold', instances, key })
    await wait(1)
    const gone = at.run<number>({ step: 'gone', instances, key })
    const calledAt = await from.run<number>({ step: 'fire', instances: 1, key })
    times.push(((await goneAfter(calledAt, gone)) - calledAt) * 1000)
  }
  return { us: quantile(times, 0.5) }
}
