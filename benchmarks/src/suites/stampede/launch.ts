import { setTimeout as wait } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@tiercache/redis-server'
import type { Figures } from '../../run/contender.ts'
import { reasonOf, withRacers } from '../../run/contest.ts'
import type { Racer } from '../../run/racer.ts'
import { contendersModule, type Stampede, stampede, sum, taskOf } from './stampedes.ts'

/** What is measured, in this order: each takes something away that those before it need. */
export const PARTS = ['1 process', '4 processes', 'winner killed', 'Redis stopped'] as const
export type Part = (typeof PARTS)[number]

const PROCESSES = 4

/** A contender's processes and a Redis of their own, from their start to their end. Tells what each part cost, or why it failed. */
export async function launch(
  name: string,
  rounds: number,
  tell: (part: Part, cost: Stampede | string) => void,
): Promise<void> {
  const redis = await startRedis()
  const names = Array.from({ length: PROCESSES }, () => name)
  const environment = { redisUrl: redis.url }
  try {
    await withRacers({ module: contendersModule, names, environment }, async ([winner, ...others]) => {
      if (winner === undefined) throw new Error('a process is missing')
      await stampede([winner, ...others]) // warms up
      const attempt = async (part: Part, run: () => Promise<Stampede>): Promise<void> =>
        tell(part, await run().catch(reasonOf))
      for (let round = 0; round < rounds; round++) {
        await attempt('1 process', () => stampede([winner]))
        await attempt('4 processes', () => stampede([winner, ...others]))
      }
      await attempt('winner killed', () => winnerKilled(winner, others))
      await attempt('Redis stopped', () => redisStopped(redis, others))
    })
  } catch (error) {
    for (const part of PARTS) tell(part, reasonOf(error))
  } finally {
    await redis.stop()
  }
}

/**
 * The process that loads is killed while the others wait: it asks alone and its loader hangs, the others ask 30 ms later, and after
 * another 70 ms it is gone. Counted from the call of the others, in them alone.
 */
async function winnerKilled(winner: Racer, others: readonly Racer[]): Promise<Stampede> {
  const task = taskOf()
  winner.run<Figures>({ ...task, loadMs: 60_000 }).catch(() => {}) // it ends with its process
  const asked = others.map(racer => racer.run<Figures>({ ...task, at: task.at + 30 }))
  const killed = wait(120).then(() => winner.stop())
  const answers = await Promise.all(asked)
  await killed
  return sum(answers)
}

/** It stands still with its connections open, which is the worst that it can do. */
async function redisStopped(redis: RedisServer, others: readonly Racer[]): Promise<Stampede> {
  process.kill(redis.pid, 'SIGSTOP')
  try {
    return await stampede(others)
  } finally {
    process.kill(redis.pid, 'SIGCONT')
  }
}
