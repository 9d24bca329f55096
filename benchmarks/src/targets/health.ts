import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from '../../../apps/demo/src/fleet/child.ts'
import type { Fleet } from '../../../apps/demo/src/fleet/fleet.ts'
import { createDurations, type Durations } from '../../../apps/demo/src/measure/histogram.ts'
import { now } from '../now.ts'

/** Asks every instance for its health over HTTP, as an orchestrator does, only more often. */
export interface HealthProbe {
  /** Counts from now on into fresh figures, and returns them. */
  begin(): HealthFigures
  stop(): Promise<void>
}

interface HealthFigures {
  readonly latency: Durations
  /** Checks that were not answered with a 200, and what came of the first of them. */
  failed: number
  firstFailure?: string
}

const EVERY_MS = 50
const DEADLINE_MS = 2000

export function probeHealth(fleet: Fleet): HealthProbe {
  let figures: HealthFigures | undefined
  let stopped = false
  const ask = async ({ name, pid, address }: Child): Promise<void> => {
    const into = figures
    if (into === undefined) return
    const asked = now()
    try {
      const answer = await fetch(`${address}/health/cache`, { signal: AbortSignal.timeout(DEADLINE_MS) })
      await answer.arrayBuffer()
      into.latency.record(now() - asked)
      if (!answer.ok) failed(into, `status ${answer.status}`)
    } catch (error) {
      // One that was told to end meanwhile owes no answer.
      if (fleet.find(name)?.pid === pid)
        failed(into, `${String(error)} after ${Math.round(now() - asked)} ms`)
    }
  }
  const run = async (): Promise<void> => {
    while (!stopped) {
      await Promise.all([sleep(EVERY_MS), ...fleet.running().map(ask)])
    }
  }
  const running = run()
  return {
    begin: () => (figures = { latency: createDurations(), failed: 0 }),
    stop() {
      stopped = true
      return running
    },
  }
}

function failed(figures: HealthFigures, how: string): void {
  figures.failed++
  figures.firstFailure ??= how
}

/** Whether all instances say that they are healthy. */
export async function allHealthy(fleet: Fleet): Promise<boolean> {
  const answers = await Promise.all(
    fleet.running().map(async ({ address }) => {
      try {
        const answer = await fetch(`${address}/health/cache`, { signal: AbortSignal.timeout(DEADLINE_MS) })
        return ((await answer.json()) as { status: string }).status === 'healthy'
      } catch {
        return false
      }
    }),
  )
  return answers.length === fleet.names.length && answers.every(Boolean)
}
