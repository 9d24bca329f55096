import type { Server } from '../server.ts'
import type { Fault, Harm } from './fault.ts'

/** Logs of a namespace on a Cluster. */
const LOGS = 16

/** What a Cluster does while it is in use. */
export const migrationFaults: readonly Fault[] = [
  {
    name: 'slot migrated',
    kind: 'server',
    on: ['cluster'],
    lastsMs: [0, 0],
    begin: async (scene): Promise<Harm> => {
      const { topology, namespace, random } = scene
      const { servers } = topology
      const tag = `{${namespace}:${Math.floor(random() * LOGS)}}`
      const [first] = servers
      if (first === undefined) throw new Error('There is no server.')
      const [slot] = await first.tell(['CLUSTER', 'KEYSLOT', tag])
      const owner = await ownerOf(servers, Number(slot))
      const others = servers.filter(server => server !== owner)
      const to = others[Math.floor(random() * others.length)] ?? first
      await migrate(servers, owner, to, String(slot))
      return { heal: () => {} }
    },
  },
]

async function ownerOf(servers: readonly Server[], slot: number): Promise<Server> {
  const [first] = servers
  const [ranges] = (await first?.tell(['CLUSTER', 'SLOTS'])) ?? []
  for (const [from, to, [, port]] of ranges as [number, number, [string, number]][]) {
    const owner = servers.find(server => server.port === port)
    if (slot >= from && slot <= to && owner !== undefined) return owner
  }
  throw new Error(`Nobody has slot ${slot}.`)
}

/** Moves a slot with everything in it, a few keys at a time, while it is in use. */
async function migrate(servers: readonly Server[], from: Server, to: Server, slot: string): Promise<void> {
  const id = async (server: Server): Promise<string> => String((await server.tell(['CLUSTER', 'MYID']))[0])
  const [fromId, toId] = await Promise.all([id(from), id(to)])
  await to.tell(['CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId])
  await from.tell(['CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId])
  for (;;) {
    const [keys] = await from.tell(['CLUSTER', 'GETKEYSINSLOT', slot, '5'])
    if ((keys as string[]).length === 0) break
    await from.tell(['MIGRATE', '127.0.0.1', `${to.port}`, '', '0', '2000', 'KEYS', ...(keys as string[])])
  }
  // The new owner first, so that nobody is ever without one.
  for (const server of [to, from, ...servers.filter(one => one !== to && one !== from)])
    await server.tell(['CLUSTER', 'SETSLOT', slot, 'NODE', toId])
}
