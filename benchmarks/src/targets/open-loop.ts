import { setTimeout as sleep } from 'node:timers/promises'
import { createDurations, type Durations } from '../../../apps/demo/src/measure/histogram.ts'
import { now } from '../now.ts'

/** A load that goes on until it is stopped. */
export interface OpenLoop {
  /** How long after they were due requests were sent: what the machine does to the load itself. */
  readonly late: Durations
  /** Sends nothing more, and resolves when all that was sent is answered. */
  stop(): Promise<void>
}

/** So many unanswered requests are no load any more but a heap of them: then sending waits. */
const MOST = 2000

/**
 * Sends requests when they are due, whether or not earlier ones are answered: a service that stalls does not slow its own load, and
 * so cannot hide what all those who came meanwhile had to wait. `send` must not reject.
 */
export function openLoop(rate: number, send: () => Promise<void>): OpenLoop {
  const open = new Set<Promise<void>>()
  const late = createDurations()
  let stopped = false
  const run = async (): Promise<void> => {
    const start = now()
    for (let sent = 0; !stopped;) {
      const due = Math.floor(((now() - start) * rate) / 1000)
      for (; sent < due && open.size < MOST; sent++) {
        const request = send().finally(() => open.delete(request))
        open.add(request)
        late.record(now() - start - (sent * 1000) / rate)
      }
      await sleep(1)
    }
    await Promise.all(open)
  }
  const running = run()
  return {
    late,
    stop() {
      stopped = true
      return running
    },
  }
}
