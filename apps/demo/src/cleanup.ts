/** What has been started and must be stopped, undone in reverse order. */
export interface Cleanup {
  /** Registers one step. Its name appears in the error if the step fails. */
  add(name: string, undo: () => unknown): void
  /** Runs every step once, each under a deadline, and returns what went wrong. Later calls return the same promise. */
  run(): Promise<readonly string[]>
}

const stepDeadlineMs = 5000

export function createCleanup(): Cleanup {
  const steps: { name: string; undo: () => unknown }[] = []
  let running: Promise<readonly string[]> | undefined
  const undoAll = async (): Promise<readonly string[]> => {
    const troubles: string[] = []
    for (let step = steps.pop(); step; step = steps.pop()) {
      const { name, undo } = step
      await within(stepDeadlineMs, undo).catch((error: unknown) =>
        troubles.push(`stopping ${name}: ${messageOf(error)}`),
      )
    }
    return troubles
  }
  return {
    add: (name, undo) => void steps.push({ name, undo }),
    run: () => (running ??= undoAll()),
  }
}

async function within(ms: number, work: () => unknown): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`not done after ${ms} ms`)), ms)
  try {
    await Promise.race([(async () => work())(), promise])
  } finally {
    clearTimeout(timer)
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
