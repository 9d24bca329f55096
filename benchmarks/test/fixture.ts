import type { Contenders } from '../src/run/contender.ts'

/** Contenders that end in every way a contender can. */
export const contenders: Contenders<string, string> = {
  echo: () => task => task,
  unprepared: () => {
    throw new Error('no preparation')
  },
  broken: () => () => {
    throw new Error('no answer')
  },
  gone: () => () => process.exit(3),
}
