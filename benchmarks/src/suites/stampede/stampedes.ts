import { now } from '../../now.ts'
import type { Environment, Figures } from '../../run/contender.ts'
import { withRacers } from '../../run/contest.ts'
import type { Racer } from '../../run/racer.ts'
import { OURS, type StampedeTask } from './contenders.ts'

/** What one stampede cost, in all processes together. */
export interface Stampede extends Figures {
  readonly loads: number
  /** From the start until the last reader of the last process had its value. */
  readonly ms: number
  /** The same without the time the loader took. */
  readonly overMs: number
}

export const contendersModule: URL = new URL('./contenders.ts', import.meta.url)

const READERS = 1000
const LOAD_MS = 50
const PATIENCE_MS = 2500

/** In words. */
export const SCENE: string = `${READERS} cold reads of one key at once in each process, loader ${LOAD_MS} ms`

/** Our own, in so many processes, one after another, each on a new key. The first warms up and is not counted. */
export async function stampedes(
  environment: Environment,
  { processes, rounds }: { readonly processes: number; readonly rounds: number },
): Promise<Stampede[]> {
  const names = Array.from({ length: processes }, () => OURS)
  return withRacers({ module: contendersModule, names, environment }, async racers => {
    await stampede(racers)
    const found: Stampede[] = []
    for (let round = 0; round < rounds; round++) found.push(await stampede(racers))
    return found
  })
}

/** Has all processes ask for the same key at the same moment. Throws where a read had no answer, or a wrong one. */
export async function stampede(racers: readonly Racer[]): Promise<Stampede> {
  const task = taskOf()
  return sum(await Promise.all(racers.map(racer => racer.run<Figures>(task))))
}

/** A stampede on a key that nobody has. */
export function taskOf(): StampedeTask {
  const key = `stampede:${process.pid}:${last++}:${Date.now()}`
  return { key, at: now() + 20, readers: READERS, loadMs: LOAD_MS, patienceMs: PATIENCE_MS }
}

/** Of several processes. Throws where a read had no answer, or a wrong one: that is not fast. */
export function sum(answers: readonly Figures[]): Stampede {
  const all = (name: string): number[] => answers.map(answer => answer[name] ?? Number.NaN)
  const total = (name: string): number => all(name).reduce((a, b) => a + b, 0)
  if (total('unanswered') > 0)
    throw new Error(`${total('unanswered')} reads had no answer after ${PATIENCE_MS / 1000} s`)
  if (total('wrong') > 0) throw new Error(`${total('wrong')} reads failed or gave another value`)
  const ms = Math.max(...all('ms'))
  return { loads: total('loads'), ms, overMs: ms - Math.max(...all('loadedIn')) }
}

let last = 0
