import type { Child } from '../child.ts'
import { type Fault, type Harm, pick, type Scene } from './fault.ts'

const HOUR_MS = 3_600_000

function oneChild({ seats, random }: Scene): { readonly child: Child; readonly instance: number } {
  const found = pick(
    seats.flatMap(({ child, index }) => (child === undefined ? [] : [{ child, instance: index }])),
    random,
  )
  return found
}

/** Whatever happens to a process. */
export const instanceFaults: readonly Fault[] = [
  {
    name: 'instance stopped (SIGSTOP)',
    kind: 'instance',
    lastsMs: [300, 1200],
    begin: (scene): Harm => {
      const { child, instance } = oneChild(scene)
      child.freeze()
      return { instance, heal: () => child.thaw() }
    },
  },
  {
    name: 'instance killed (SIGKILL) and started again',
    kind: 'instance',
    lastsMs: [50, 400],
    begin: async (scene): Promise<Harm> => {
      const { child, instance } = oneChild(scene)
      const { life } = child
      await child.kill()
      scene.recorder.bury({ instance, life })
      return { instance, heal: () => child.restart() }
    },
  },
  {
    name: 'wall clock off by an hour',
    kind: 'instance',
    lastsMs: [300, 800],
    begin: (scene): Harm => {
      const { child, instance } = oneChild(scene)
      child.shiftClock(scene.random() < 0.5 ? HOUR_MS : -HOUR_MS)
      return { instance, heal: () => child.shiftClock(0) }
    },
  },
  {
    name: 'event loop blocked for 500 ms',
    kind: 'instance',
    lastsMs: [500, 500],
    begin: (scene): Harm => {
      const { child, instance } = oneChild(scene)
      child.block(500)
      return { instance, heal: () => {} }
    },
  },
]
