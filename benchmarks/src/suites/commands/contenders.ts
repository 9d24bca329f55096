import { type Contenders, others, type Prepare } from '../../run/contender.ts'
import { openPeer } from '../../subjects/open.ts'
import { isThere, type Peer, type Subject } from '../../subjects/subject.ts'

/** `ready`: bring about what the operation begins with, for an L2 hit in another process. `run`: the operation. */
export interface CommandsTask {
  readonly operation: Operation
  readonly step: 'ready' | 'run'
}

/** What all caches can do; a few have no tags. */
export const OPERATIONS = [
  'L1 hit',
  'L1 hit, tagged',
  'L2 hit',
  'miss and load',
  'set',
  'delete',
  'deleteByTag',
] as const

export type Operation = (typeof OPERATIONS)[number]

/** Whether it did something: not every cache has every operation. */
export type Answer = 'done' | 'not there'

/** Other caches with two tiers and their bus, where they have them. */
export const contenders: Contenders<CommandsTask, Answer> = others(
  peer => peer.setting === undefined,
  commanded,
)

/** The key that an operation in a cache is about. */
export function keyOf(operation: Operation): string {
  return operation.replaceAll(/\W/g, '-')
}

function commanded(peer: Peer): Prepare<CommandsTask, Answer> {
  return async ({ redisUrl }) => {
    const tiers = peer.tiers.includes('both') ? 'both' : 'redis'
    const load = async (key: string): Promise<object> => ({ key })
    const cache = await openPeer(peer, { tiers, redisUrl, namespace: `bench-commands-${peer.id}`, load })
    return async ({ operation, step }) => {
      const { ready, run } = stepsOf(operation, cache)
      const does = step === 'ready' ? ready : run
      if (does === undefined) return 'not there'
      await does(keyOf(operation))
      return 'done'
    }
  }
}

interface Steps {
  readonly ready: ((key: string) => Promise<unknown>) | undefined
  readonly run: ((key: string) => Promise<unknown>) | undefined
}

function stepsOf(operation: Operation, cache: Subject): Steps {
  const nothing = (): Promise<unknown> => Promise.resolve()
  const { setTagged, deleteByTag } = cache
  const store = (key: string): Promise<unknown> => cache.set(key, { key })
  const tagged = setTagged && ((key: string) => setTagged(key, { key }, ['a', 'b']))
  const hit = async (key: string): Promise<void> => {
    if (!isThere(await cache.get(key))) throw new Error('there was no hit')
  }
  const steps: Readonly<Record<Operation, Steps>> = {
    'L1 hit': { ready: key => store(key).then(() => cache.get(key)), run: hit },
    'L1 hit, tagged': {
      ready: tagged && (key => tagged(key).then(() => cache.get(key))),
      run: tagged && hit,
    },
    'L2 hit': { ready: store, run: hit },
    'miss and load': { ready: nothing, run: key => cache.getOrSet(key) },
    set: { ready: nothing, run: store },
    delete: { ready: store, run: key => cache.delete(key) },
    deleteByTag: { ready: tagged, run: deleteByTag && (() => deleteByTag('a')) },
  }
  return steps[operation]
}
