import { Redis } from 'ioredis'
import { now } from '../../now.ts'
import { type Contenders, type Environment, floor, others, ours, type Prepare } from '../../run/contender.ts'
import { openPeer } from '../../subjects/open.ts'
import { isThere, type Peer } from '../../subjects/subject.ts'
import { openTiercache } from '../../subjects/tiercache.ts'

/** `hold`: have the key in so many instances and watch it. `gone`: say when the last had it no more. `fire`: delete it. */
export interface InstancesTask {
  readonly step: 'hold' | 'gone' | 'fire'
  readonly instances: number
  readonly key: string
}

/** An instance in the holding process. */
interface Instance {
  readonly hold: (key: string) => Promise<unknown>
  readonly has: (key: string) => boolean | Promise<boolean>
  readonly fire: (key: string) => Promise<unknown>
}

type Open = (environment: Environment) => Promise<Instance>

export const ANCHOR = 'PUBLISH'

const CHANNEL = 'bench-instances'

/** One process deletes, another has all instances: on few cores as many processes would measure the scheduler. */
export const contenders: Contenders<InstancesTask, number | void> = {
  [ANCHOR]: floor(member(subscriber)),
  tiercache: ours(member(subject({ id: 'tiercache', open: openTiercache }))),
  // cache-manager has no bus.
  ...others(
    peer => peer.setting === undefined && peer.tiers.includes('both') && peer.id !== 'cache-manager',
    peer => member(subject(peer)),
  ),
}

function member(open: Open): Prepare<InstancesTask, number | void> {
  return environment => {
    const opened: Promise<Instance>[] = []
    let gone: Promise<number> | undefined
    return async ({ step, instances, key }) => {
      while (opened.length < instances) opened.push(open(environment))
      const present = (await Promise.all(opened)).slice(0, instances)
      if (step === 'gone') return gone
      if (step === 'fire') {
        const calledAt = now()
        await present[0]?.fire(key)
        return calledAt
      }
      await Promise.all(present.map(instance => instance.hold(key)))
      gone = Promise.all(present.map(instance => lost(instance, key))).then(times => Math.max(...times))
    }
  }
}

async function lost({ has }: Instance, key: string): Promise<number> {
  for (let there = has(key); ; there = has(key)) {
    if (!(typeof there === 'boolean' ? there : await there)) return now()
    await new Promise(resolve => setImmediate(resolve))
  }
}

function subject(peer: Pick<Peer, 'id' | 'open'>): Open {
  return async ({ redisUrl }) => {
    const namespace = `bench-instances-${peer.id}`
    const load = async (key: string): Promise<string> => key
    const cache = await openPeer(peer, { tiers: 'both', redisUrl, namespace, load })
    const { getSync } = cache
    return {
      hold: async key => {
        await cache.getOrSet(key)
        await cache.idle?.()
      },
      has: key => (getSync === undefined ? cache.get(key).then(isThere) : isThere(getSync(key))),
      fire: key => cache.delete(key),
    }
  }
}

async function subscriber({ redisUrl }: Environment): Promise<Instance> {
  const [client, listener] = [new Redis(redisUrl), new Redis(redisUrl)]
  const heard = new Set<string>()
  listener.on('message', (_, key: string) => heard.add(key))
  await listener.subscribe(CHANNEL)
  return {
    hold: () => client.ping(),
    has: key => !heard.has(key),
    fire: key => client.publish(CHANNEL, key),
  }
}
