import { now } from '../../now.ts'
import type { Environment, Figures } from '../../run/contender.ts'
import { withRacers } from '../../run/contest.ts'
import { summarize } from '../../statistics.ts'
import { effortOf, type Suite, type SuiteOptions, type SuiteResult } from '../suite.ts'
import type { StampedeTask } from './contenders.ts'

const PROCESSES = 4
const READERS = 1000
const LOAD_MS = 50
const ROUNDS = 20

/** What one stampede cost. */
export interface Stampede {
  /** In all processes together. */
  readonly loads: number
  /** From the start until the last reader of the last process had its value. */
  readonly ms: number
  /** The same without the time the loader took. */
  readonly overMs: number
  /** Reads that ended with something else than the value. */
  readonly wrong: number
}

/** Many cold reads at once, in several processes. */
export const stampede: Suite = {
  name: 'stampede',
  about: `loads for ${READERS} cold reads at once in each of ${PROCESSES} processes`,
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const { rounds } = effortOf(options, { launches: 1, rounds: ROUNDS, sliceMs: 0 })
  const found = await stampedes(options.environment, rounds, options.onProgress)
  const most = Math.max(...found.map(({ loads }) => loads))
  const least = Math.min(...found.map(({ loads }) => loads))
  const wrong = found.reduce((sum, one) => sum + one.wrong, 0)
  return {
    tables: [
      {
        title: `Stampede: ${READERS} cold reads of one key at once in each of ${PROCESSES} processes, loader ${LOAD_MS} ms`,
        note: `${rounds} rounds; 'over' is what came on top of the loader's own time`,
        columns: ['cache', 'loads, most', 'loads, least', 'ms', 'over, ms'],
        rows: [
          {
            cache: 'tiercache',
            'loads, most': most,
            'loads, least': least,
            ms: summarize(found.map(({ ms }) => ms)),
            'over, ms': summarize(found.map(({ overMs }) => overMs)),
          },
        ],
      },
    ],
    failures: [
      ...(most === 1 && least === 1
        ? []
        : [`stampede: ${least} to ${most} loads where exactly 1 is promised`]),
      ...(wrong === 0 ? [] : [`stampede: ${wrong} reads got a wrong value`]),
    ],
  }
}

/** Runs stampedes one after another, each on a new key. */
export async function stampedes(
  environment: Environment,
  rounds: number,
  onProgress: (share: number, what: string) => void = () => {},
): Promise<Stampede[]> {
  const module = new URL('./contenders.ts', import.meta.url)
  const names = Array.from({ length: PROCESSES }, () => 'reader')
  return withRacers({ module, names, environment }, async racers => {
    const found: Stampede[] = []
    // The first one warms up: it counts like any other in loads, and not in time.
    for (let round = 0; round <= rounds; round++) {
      onProgress(round / (rounds + 1), `${round} of ${rounds}`)
      const task: StampedeTask = {
        key: `stampede:${process.pid}:${round}:${Date.now()}`,
        at: now() + 20,
        readers: READERS,
        loadMs: LOAD_MS,
      }
      const answers = await Promise.all(racers.map(racer => racer.run<Figures>(task)))
      if (round > 0) found.push(sum(answers))
    }
    return found
  })
}

function sum(answers: readonly Figures[]): Stampede {
  const all = (name: string): number[] => answers.map(answer => answer[name] ?? Number.NaN)
  const total = (name: string): number => all(name).reduce((a, b) => a + b, 0)
  const ms = Math.max(...all('ms'))
  return { loads: total('loads'), ms, overMs: ms - Math.max(...all('loadedIn')), wrong: total('wrong') }
}
