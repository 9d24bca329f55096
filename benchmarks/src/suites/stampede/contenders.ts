import { setTimeout as wait } from 'node:timers/promises'
import { now } from '../../now.ts'
import {
  type Contenders,
  type Environment,
  type Figures,
  others,
  ours,
  type Prepare,
  type Run,
} from '../../run/contender.ts'
import { openPeer } from '../../subjects/open.ts'
import type { Peer, Setup, Subject } from '../../subjects/subject.ts'
import { openTiercache } from '../../subjects/tiercache.ts'

export interface StampedeTask {
  readonly key: string
  /** When all processes begin, by `now`. */
  readonly at: number
  readonly readers: number
  readonly loadMs: number
  /** How long a reader waits for an answer. */
  readonly patienceMs: number
}

export const OURS = 'tiercache'

/** Each is one of several processes that all want a key nobody has. */
export const contenders: Contenders<StampedeTask, Figures> = {
  [OURS]: ours(reader({ id: OURS, open: openTiercache, tiers: ['both'] })),
  ...others(
    peer => peer.setting === undefined && (peer.tiers.includes('both') || peer.id === 'async-cache-dedupe'),
    reader,
  ),
}

function reader(peer: Pick<Peer, 'id' | 'open' | 'tiers'>): Prepare<StampedeTask, Figures> {
  return async environment => {
    const loader = new CountingLoader()
    const cache = await openPeer(peer, setupOf(peer, environment, loader.load))
    return stampede(cache, loader)
  }
}

/** The same namespace in all processes: they are instances of one service. */
function setupOf(
  { id, tiers: known }: Pick<Peer, 'id' | 'tiers'>,
  { redisUrl }: Environment,
  load: Setup['load'],
): Pick<Setup, 'tiers' | 'redisUrl' | 'namespace' | 'load'> {
  const tiers = known.includes('both') ? 'both' : 'redis'
  return { tiers, redisUrl, namespace: `bench-stampede-${id}`, load }
}

class CountingLoader {
  loads = 0
  loadedIn = 0
  ms = 0

  readonly load = async (key: string): Promise<string> => {
    this.loads++
    const from = now()
    await wait(this.ms)
    this.loadedIn = now() - from
    return key
  }
}

function stampede(cache: Subject, loader: CountingLoader): Run<StampedeTask, Figures> {
  return async ({ key, at, readers, loadMs, patienceMs }) => {
    loader.loads = 0
    loader.loadedIn = 0
    loader.ms = loadMs
    await wait(Math.max(0, at - now() - 2))
    while (now() < at) await Promise.resolve()
    let right = 0
    let wrong = 0
    const asked = Array.from({ length: readers }, () =>
      cache.getOrSet(key).then(
        value => void (value === key ? right++ : wrong++),
        () => void wrong++,
      ),
    )
    await Promise.race([Promise.all(asked), wait(patienceMs, undefined, { ref: false })])
    const ms = now() - at
    return { loads: loader.loads, loadedIn: loader.loadedIn, ms, wrong, unanswered: readers - right - wrong }
  }
}
