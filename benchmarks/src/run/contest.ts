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

/** What each round measured, the same index being the same round for all; or, in a line, why a round failed. */
export type Outcome = readonly Figures[] | string

/** Per task and contender. */
export type Outcomes = Readonly<Record<string, Readonly<Record<string, Outcome>>>>

/**
 * One process per contender. Within a round the contenders take turns, alone, at the same task, in an order that
 * rotates; so the ratio of two of them in one round has seen the same machine. The first round of a launch warms up and
 * is not counted. Who fails at a task is not given it again, and the others go on.
 */
export async function contest<Task>(what: Contest<Task>): Promise<Outcomes> {
  const { names, tasks, effort } = what
  const outcomes = new Map(
    Object.keys(tasks).map(task => [
      task,
      new Map<string, Figures[] | string>(names.map(name => [name, []])),
    ]),
  )
  for (let launch = 0; launch < effort.launches; launch++) {
    const begin = launch / effort.launches
    const racers = await startAll(what, (name, why) => {
      for (const outcome of outcomes.values()) outcome.set(name, why)
    })
    try {
      for (let round = 0; round <= effort.rounds; round++) {
        for (const [task, given] of Object.entries(tasks)) {
          what.onProgress(begin + round / (effort.rounds + 1) / effort.launches, task)
          for (const racer of rotated(racers, round)) await turn(racer, given, outcomes.get(task), round > 0)
        }
      }
    } finally {
      await Promise.all(racers.map(racer => racer.stop()))
    }
  }
  what.onProgress(1, '')
  return Object.fromEntries([...outcomes].map(([task, outcome]) => [task, Object.fromEntries(outcome)]))
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

/** The first line of an error, without who says it and where it happened. */
export function reasonOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1)
  return line.replace(/^.*?: (?=[A-Z]\w*Error: |Error: )/, '')
}

async function startAll<Task>(
  { module, names, environment }: Contest<Task>,
  onFailed: (name: string, why: string) => void,
): Promise<Racer[]> {
  const racers: Racer[] = []
  for (const name of names) {
    try {
      racers.push(await Racer.start(module, name, environment))
    } catch (error) {
      onFailed(name, reasonOf(error))
    }
  }
  return racers
}

async function turn<Task>(
  racer: Racer,
  task: Task,
  outcomes: Map<string, Figures[] | string> | undefined,
  counts: boolean,
): Promise<void> {
  const rounds = outcomes?.get(racer.name)
  if (rounds === undefined || typeof rounds === 'string') return
  try {
    const figures = await racer.run<Figures>(task)
    if (counts) rounds.push(figures)
  } catch (error) {
    outcomes?.set(racer.name, reasonOf(error))
  }
}
