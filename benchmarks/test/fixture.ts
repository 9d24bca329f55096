import { type Contenders, floor } from '../src/run/contender.ts'

/** Contenders that end in every way a contender can. */
export const contenders: Contenders<string, string> = {
  echo: floor(() => task => task),
  unprepared: floor(() => {
    throw new Error('no preparation')
  }),
  broken: floor(() => () => {
    throw new Error('no answer')
  }),
  gone: floor(() => () => process.exit(3)),
}
