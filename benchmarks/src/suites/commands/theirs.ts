import { reasonOf } from '../../run/contest.ts'
import { Racer } from '../../run/racer.ts'
import { type Answer, OPERATIONS, type Operation } from './contenders.ts'
import type { Cost, Meter } from './costs.ts'

const module = new URL('./contenders.ts', import.meta.url)

/** By operation, what it costs, or why that is not known. */
export type Costs = ReadonlyMap<string, Cost | string>

/** What each operation of another cache costs. Those it does not have are left out. */
export async function costsOf(name: string, meter: Meter, redisUrl: string): Promise<Costs> {
  const racers: Racer[] = []
  try {
    // What the second finds in Redis is stored before it is there: some buses carry values.
    const writer = await Racer.start(module, name, { redisUrl })
    racers.push(writer)
    await writer.run({ operation: 'L2 hit', step: 'ready' })
    const cache = await Racer.start(module, name, { redisUrl: meter.url })
    racers.push(cache)
    await cache.run({ operation: 'set', step: 'run' }) // connects
    const costs = new Map<string, Cost | string>()
    for (const operation of OPERATIONS) {
      const cost = await costOf(cache, operation, meter).catch(reasonOf)
      if (cost !== undefined) costs.set(operation, cost)
    }
    return costs
  } catch (error) {
    return new Map(OPERATIONS.map(operation => [operation, reasonOf(error)]))
  } finally {
    await Promise.all(racers.map(racer => racer.stop()))
  }
}

async function costOf(cache: Racer, operation: Operation, meter: Meter): Promise<Cost | undefined> {
  const step = (which: 'ready' | 'run'): Promise<Answer> => cache.run<Answer>({ operation, step: which })
  if (operation !== 'L2 hit' && (await step('ready')) === 'not there') return undefined
  return meter.costOf(
    () => step('run'),
    () => Promise.resolve(),
  )
}
