import { type Profiler, Session } from 'node:inspector/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { redisHits } from './l2.ts'
import { selfTime, type Share } from './self-time.ts'
import { READS, type Reads, steps } from './steps.ts'

/*
 * One thing that is timed or profiled, in a process of its own: what else a process has run changes what its compiler does.
 */

/** What a child is started for. */
export interface Order {
  readonly redisUrl: string
  /** The name of a step, or hits in Redis at this concurrency. */
  readonly what: string | number
  readonly ms: number
  readonly profile: boolean
}

export interface Found {
  /** Processor time of a read. */
  readonly ns: number
  readonly shares: readonly Share[]
}

const order = JSON.parse(process.argv[2] ?? '{}') as Order
process.on('disconnect', () => process.exit())
process.send?.(await found(order), () => process.exit())

async function found({ redisUrl, what, ms, profile }: Order): Promise<Found> {
  const { reads, perCall } = await prepared(what, redisUrl)
  await timed(reads, perCall, ms / 2)
  const ns = await timed(reads, perCall, ms)
  return { ns, shares: profile ? await profiled(() => timed(reads, perCall, ms * 2)) : [] }
}

async function prepared(what: string | number, redisUrl: string): Promise<{ reads: Reads; perCall: number }> {
  if (typeof what === 'number') return redisHits(redisUrl, what)
  const step = steps.find(({ name }) => name === what)
  if (step === undefined) throw new Error(`there is no step ${what}`)
  return { reads: await step.make(redisUrl), perCall: READS }
}

/** ns of processor time for each read, over all calls: systems count that time in steps, some as long as a call. Throws where one found nothing. */
async function timed(reads: Reads, perCall: number, ms: number): Promise<number> {
  const from = spentMs()
  let calls = 0
  for (; spentMs() < from + ms; calls++) {
    const hits = reads()
    const found = typeof hits === 'number' ? hits : await hits
    if (found !== perCall) throw new Error(`${perCall - found} reads of ${perCall} found nothing`)
    await turn()
  }
  return ((spentMs() - from) * 1e6) / (calls * perCall)
}

/** What this thread has had of the processor: on a busy machine that is steadier than the time that passed. */
function spentMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

async function profiled(work: () => Promise<unknown>): Promise<Share[]> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: 200 })
    await session.post('Profiler.start')
    await work()
    const { profile } = (await session.post('Profiler.stop')) as { profile: Profiler.Profile }
    return selfTime(profile)
  } finally {
    session.disconnect()
  }
}
