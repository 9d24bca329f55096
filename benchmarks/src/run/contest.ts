import { rotated } from '../statistics.ts'
import type { Environment, Figures } from './contender.ts'
import { Racer } from './racer.ts'

/** How much is measured. */
export interface Effort {
  /** Times all processes are started anew: what a process's compiler happened to do is part of the spread. */
  readonly launches: number
  /** Rounds per launch. */
  readonly rounds: number
}

export interface Contest<Task> {
  readonly module: URL
  readonly names: readonly string[]
  readonly environment: Environment
  /** What is measured, by name. */
  readonly tasks: Readonly<Record<string, Task>>
  readonly effort: Effort
  readonly onProgress: (share: number, what: string) => void
}

/** Per task and contender, what each round measured: the same index is the same round. */
export type Rounds = Readonly<Record<string, Readonly<Record<string, readonly Figures[]>>>>

/**
 * One process per contender. Within a round the contenders take turns, alone, at the same task, in an order that
 * rotates; so the ratio of two of them in one round has seen the same machine. The first round of a launch warms up and
 * is not counted.
 */
export async function contest<Task>(what: Contest<Task>): Promise<Rounds> {
  const { names, tasks, effort } = what
  const rounds = Object.fromEntries(
    Object.keys(tasks).map(task => [
      task,
      Object.fromEntries(names.map((name): [string, Figures[]] => [name, []])),
    ]),
  )
  for (let launch = 0; launch < effort.launches; launch++) {
    await withRacers(what, async racers => {
      for (let round = 0; round <= effort.rounds; round++) {
        for (const [task, given] of Object.entries(tasks)) {
          what.onProgress((launch + round / (effort.rounds + 1)) / effort.launches, task)
          for (const racer of rotated(racers, round)) {
            const figures = await racer.run<Figures>(given)
            if (round > 0) rounds[task]?.[racer.name]?.push(figures)
          }
        }
      }
    })
  }
  what.onProgress(1, '')
  return rounds
}

/** Starts the contenders, and stops them whatever happens. */
export async function withRacers<T>(
  { module, names, environment }: Pick<Contest<never>, 'module' | 'names' | 'environment'>,
  use: (racers: readonly Racer[]) => Promise<T>,
): Promise<T> {
  const racers: Racer[] = []
  try {
    // One after another: a contender that prepares beside others may miss its own deadlines.
    for (const name of names) racers.push(await Racer.start(module, name, environment))
    return await use(racers)
  } finally {
    await Promise.all(racers.map(racer => racer.stop()))
  }
}
