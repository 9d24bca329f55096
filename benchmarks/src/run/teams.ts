import { rotated } from '../statistics.ts'
import type { Environment, Figures } from './contender.ts'
import { type Outcome, type Outcomes, reasonOf } from './contest.ts'
import { Racer } from './racer.ts'

/** A contest in which each contender is several processes. */
export interface TeamContest<Task> {
  readonly module: URL
  readonly names: readonly string[]
  /** Processes of each. */
  readonly size: number
  readonly environment: Environment
  readonly tasks: Readonly<Record<string, Task>>
  readonly rounds: number
  /** Done once, before the first round. */
  readonly prepare?: (racers: readonly Racer[]) => Promise<unknown>
  /** Does a task and says what it measured. */
  readonly play: (racers: readonly Racer[], task: Task, round: number) => Promise<Figures>
  readonly onProgress: (share: number, what: string) => void
}

interface Team {
  readonly name: string
  readonly racers: Racer[]
  failed: string | undefined
}

/** As `contest`: contenders take turns within a round, the first of which is not counted. Who fails is out. */
export async function teamContest<Task>(what: TeamContest<Task>): Promise<Outcomes> {
  const { names, tasks, rounds, onProgress } = what
  const teams: Team[] = names.map(name => ({ name, racers: [], failed: undefined }))
  const measured = new Map(Object.keys(tasks).map(task => [task, new Map<string, Figures[]>()]))
  try {
    for (const team of teams) {
      onProgress(0, team.name)
      await attempt(team, () => start(team, what))
    }
    for (let round = 0; round <= rounds; round++) {
      onProgress(round / (rounds + 1), `${round} of ${rounds}`)
      for (const [name, task] of Object.entries(tasks)) {
        for (const team of rotated(teams, round)) {
          await attempt(team, async () => {
            const figures = await what.play(team.racers, task, round)
            if (round > 0) note(measured.get(name), team.name, figures)
          })
        }
      }
    }
  } finally {
    await Promise.all(teams.flatMap(({ racers }) => racers.map(racer => racer.stop())))
  }
  const outcomeOf = ({ name, failed }: Team, of: ReadonlyMap<string, Figures[]>): [string, Outcome] => [
    name,
    failed ?? of.get(name) ?? [],
  ]
  return Object.fromEntries(
    [...measured].map(([task, of]) => [task, Object.fromEntries(teams.map(team => outcomeOf(team, of)))]),
  )
}

async function start<Task>(
  team: Team,
  { module, size, environment, prepare }: TeamContest<Task>,
): Promise<void> {
  for (let i = 0; i < size; i++) team.racers.push(await Racer.start(module, team.name, environment))
  await prepare?.(team.racers)
}

async function attempt(team: Team, step: () => Promise<void>): Promise<void> {
  if (team.failed !== undefined) return
  try {
    await step()
  } catch (error) {
    team.failed = reasonOf(error)
    await Promise.all(team.racers.map(racer => racer.stop()))
  }
}

function note(of: Map<string, Figures[]> | undefined, name: string, figures: Figures): void {
  const rounds = of?.get(name) ?? []
  rounds.push(figures)
  of?.set(name, rounds)
}
