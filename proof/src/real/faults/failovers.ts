import { AT_ONCE } from '@tiercache/redis-server'
import { pass, until } from '../monotonic.ts'
import type { Server } from '../server.ts'
import type { Fault, Harm, Scene } from './fault.ts'

const FAILOVER_MS = 15_000

/** The two servers, in their present roles. */
async function roles({ topology }: Scene): Promise<{ primary: Server; replica: Server }> {
  const [primary] = await topology.primaries()
  const replica = topology.servers.find(server => server !== primary)
  if (primary === undefined || replica === undefined) throw new Error('There is no replica to fail over to.')
  return { primary, replica }
}

/** Resolves when the sentinels name another primary than this, and it takes writes. */
async function failedOver(scene: Scene, from: Server): Promise<void> {
  const done = await until(FAILOVER_MS, async () => {
    const [primary] = await scene.topology.primaries()
    if (primary === undefined || primary === from) return false
    const [role] = await primary.tell(['ROLE']).catch(() => [[]])
    return (role as string[])[0] === 'master'
  })
  if (!done) throw new Error('The sentinels did not fail over.')
}

/** Whether the replica follows the primary, so that there is something to fail over to. */
async function isFollowing(replica: Server): Promise<boolean> {
  const [info] = await replica.tell(['INFO', 'replication']).catch(() => [''])
  return String(info).includes('master_link_status:up')
}

/** What becomes of a primary that has a replica and sentinels. */
export const failoverFaults: readonly Fault[] = [
  {
    // The replica hears nothing of the last writes that were acknowledged; then the primary dies.
    name: 'failover that loses the last writes',
    kind: 'server',
    on: ['sentinel'],
    alone: true,
    lastsMs: [0, 0],
    begin: async (scene): Promise<Harm> => {
      const { primary, replica } = await roles(scene)
      await until(FAILOVER_MS, () => isFollowing(replica))
      await replica.tell(['REPLICAOF', '127.0.0.1', '1'])
      await pass(300 + scene.random() * 500)
      await primary.kill()
      await failedOver(scene, primary)
      return { heal: () => primary.restart([...AT_ONCE, '--replicaof', '127.0.0.1', `${replica.port}`]) }
    },
  },
  {
    // An old primary that has not been told takes writes for eight seconds more, until the sentinels demote it. The operator tells it.
    name: 'planned failover',
    kind: 'server',
    on: ['sentinel'],
    alone: true,
    lastsMs: [0, 0],
    begin: async (scene): Promise<Harm> => {
      const { primary, replica } = await roles(scene)
      await until(FAILOVER_MS, () => isFollowing(replica))
      await scene.topology.askSentinel('SENTINEL', 'FAILOVER', 'm')
      await failedOver(scene, primary)
      return { heal: async () => void (await primary.tell(['REPLICAOF', '127.0.0.1', `${replica.port}`])) }
    },
  },
]
