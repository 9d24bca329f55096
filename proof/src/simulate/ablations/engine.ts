import type { Stamp } from '../../../../packages/core/src/coherence/marks.ts'
import { Partition } from '../../../../packages/core/src/coherence/partition.ts'
import { freshness } from '../../../../packages/core/src/entry.ts'
import { Flights } from '../../../../packages/core/src/flight.ts'
import { Loader } from '../../../../packages/core/src/loader.ts'
import { Local } from '../../../../packages/core/src/local.ts'
import { Remote } from '../../../../packages/core/src/remote.ts'
import { replace, together } from '../replace.ts'
import type { Ablation } from './ablation.ts'

type Where = 'Redis' | 'memory' | 'load'

/** What reads and loads do with what coherence tells them. */
export const IN_ENGINE: readonly Ablation[] = [
  {
    name: 'judge: Redis',
    about: 'A value from Redis is served whatever was invalidated since it was stored.',
    apply: () => withoutJudging('Redis'),
  },
  {
    name: 'judge: memory',
    about: 'A value in memory is served whatever tag or prefix of it was invalidated.',
    apply: together(
      () => withoutJudging('memory'),
      () =>
        replace(Local.prototype, 'judge', () => {
          return function (this: Local, id, entry, now) {
            entry.checked = this.partition(id).generation
            const state = freshness(entry, now)
            if (state !== 'fresh' || entry.local || this.partition(id).trusts(now)) return state
            return now < entry.staleUntil ? 'stale' : 'expired'
          }
        }),
    ),
  },
  {
    name: 'judge: load',
    about: 'A loaded value is kept whatever was invalidated while it was loading.',
    apply: () => withoutJudging('load'),
  },
  {
    name: 'drop',
    about: 'A key that is invalidated stays in memory.',
    apply: () => replace(Local.prototype, 'drop', () => () => {}),
  },
  {
    name: 'detaching flights',
    about: 'A look-up or load of a key goes on being joined when the key is invalidated.',
    spare:
      'What it brings is judged again when it ends, and whoever joined after the invalidation looks again. It saves them the wait.',
    apply: together(
      () => replace(Flights.prototype, 'detach', () => () => {}),
      () => replace(Flights.prototype, 'detachAll', () => () => {}),
    ),
  },
  {
    name: 'joiners look again',
    about: 'Who joins a load after an invalidation is given its value, although the load began before.',
    apply: () =>
      replace(Loader.prototype, 'load', load => {
        return async function (this: Loader, ...args) {
          return { ...(await load.apply(this, args)), killed: false }
        }
      }),
  },
  {
    name: 'limit of what is loaded without Redis',
    noticedBy: 287,
    about:
      'A value that was loaded while Redis was away is served for its whole ttl without a word from the log.',
    apply: () =>
      replace(Local.prototype, 'vouch', () => entry => {
        entry.local = true
      }),
  },
  {
    name: 'one flight per key',
    noticedBy: 101,
    about: 'Every read of an instance that misses looks up and loads for itself.',
    apply: () => replace(Flights.prototype, 'get', () => () => undefined),
  },
  {
    name: 'renewing leases',
    about: 'A lease ends after its time although its holder is still loading.',
    apply: () => replace(Remote.prototype, 'keep', () => () => () => {}),
  },
]

/** Takes values for valid, by where they are. */
function withoutJudging(where: Where): () => void {
  let inMemory = false
  const within = <K extends 'judge' | 'isUsable'>(name: K): (() => void) =>
    replace(Local.prototype, name, original => {
      return function (this: Local, ...args: Parameters<Local[K]>) {
        inMemory = true
        try {
          return (original as (...args: unknown[]) => unknown).apply(this, args)
        } finally {
          inMemory = false
        }
      } as Local[K]
    })
  const undos = [within('judge'), within('isUsable')]
  const of = ({ loadedHere }: Stamp): Where => (inMemory ? 'memory' : loadedHere ? 'load' : 'Redis')
  const undo = replace(Partition.prototype, 'judge', judge => {
    return function (this: Partition, stamp, epoch) {
      return of(stamp) === where ? 'live' : judge.call(this, stamp, epoch)
    }
  })
  return () => {
    undo()
    for (const one of undos) one()
  }
}
