import type { LoaderMood } from '../database.ts'
import type { Fault } from './fault.ts'

function mood(mood: Exclude<LoaderMood, 'well'>): Fault {
  return {
    name: mood === 'slow' ? 'loaders slow' : mood === 'hangs' ? 'loaders hang' : `loaders: ${mood}`,
    kind: 'loader',
    lastsMs: [300, 900],
    begin: ({ database }) => {
      database.mood = mood
      return { heal: () => database.recover() }
    },
  }
}

/** Whatever the database does. */
export const loaderFaults: readonly Fault[] = [
  mood('slow'),
  mood('throws'),
  mood('hangs'),
  mood('rejects with nothing'),
]
