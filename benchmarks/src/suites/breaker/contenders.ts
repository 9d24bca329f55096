import CircuitBreaker from 'opossum'
import { Redis } from 'ioredis'
import { systemClock } from '../../../../packages/core/src/clock.ts'
import { Guard } from '../../../../packages/core/src/redis/guard.ts'
import {
  type Contender,
  type Contenders,
  type Figures,
  floor,
  ours,
  type Prepare,
} from '../../run/contender.ts'

/** A call that does nothing, or a `GET` of 1 KB with so many under way. */
export type BreakerTask =
  | { readonly what: 'call'; readonly sliceMs: number }
  | { readonly what: 'get'; readonly concurrency: number; readonly sliceMs: number }

type Call = () => Promise<unknown>
/** Puts something around calls. */
type Around = () => (call: Call) => Promise<unknown>

export const ANCHOR = 'no breaker'

const KEY = 'bench-breaker'
const VALUE = 'x'.repeat(1024)
/** Calls between two looks at the clock. */
const AT_ONCE = 512

export const contenders: Contenders<BreakerTask, Figures> = {
  [ANCHOR]: floor(measured(() => call => call())),
  'deadline and breaker of tiercache': ours(measured(guard)),
  opossum: named(measured(() => opossum(false))),
  'opossum, timeout': { ...named(measured(() => opossum(150))), setting: 'timeout: 150' },
}

function named(prepare: Prepare<BreakerTask, Figures>): Contender<BreakerTask, Figures> {
  return { kind: 'peer', peer: 'opossum', prepare }
}

function guard(): (call: Call) => Promise<unknown> {
  const options = { errorThreshold: 0.5, volume: 10, resetAfterMs: 1000 }
  const own = new Guard(
    systemClock,
    150,
    options,
    () => Promise.resolve(),
    () => {},
  )
  return call => own.guarded('read', call)
}

function opossum(timeout: number | false): (call: Call) => Promise<unknown> {
  const breaker = new CircuitBreaker((call: Call) => call(), { timeout })
  return call => breaker.fire(call)
}

function measured(make: Around): Prepare<BreakerTask, Figures> {
  return async ({ redisUrl }) => {
    const around = make()
    const client = new Redis(redisUrl, { enableAutoPipelining: true })
    await client.set(KEY, VALUE)
    return task =>
      task.what === 'call'
        ? loop(() => around(nothing), 1, task.sliceMs, 1)
        : loop(() => around(() => client.get(KEY)), task.concurrency, task.sliceMs, VALUE.length)
  }
}

async function nothing(): Promise<string> {
  return 'x'
}

/** Closed loops; each answer must have its length. */
async function loop(call: Call, concurrency: number, sliceMs: number, length: number): Promise<Figures> {
  const from = performance.now()
  const until = from + sliceMs
  let calls = 0
  let wrong = 0
  const one = async (): Promise<void> => {
    do {
      for (let i = 0; i < AT_ONCE / concurrency; i++) {
        const answer = (await call()) as string
        if (answer.length !== length) wrong++
        calls++
      }
      // Timers and sockets get their turn, as in a service.
      await new Promise(resolve => setImmediate(resolve))
    } while (performance.now() < until)
  }
  await Promise.all(Array.from({ length: concurrency }, one))
  if (wrong > 0) throw new Error(`${wrong} of ${calls} answers were wrong`)
  const ms = performance.now() - from
  return { ns: (ms * 1e6) / calls, ops: (calls / ms) * 1000 }
}
