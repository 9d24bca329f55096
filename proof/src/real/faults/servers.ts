import { now, pass, until } from '../monotonic.ts'
import type { Server } from '../server.ts'
import { userCommand } from '../topology.ts'
import { all, DONE, type Fault, type Harm, pick, type Scene } from './fault.ts'

type Command = readonly [string, ...string[]]

/** The same commands on every primary, and others afterwards. */
function commands(before: readonly Command[], after: readonly Command[] = []) {
  return async ({ topology }: Scene): Promise<Harm> => {
    const servers = await topology.primaries()
    await Promise.all(servers.map(server => server.tell(...before)))
    return { heal: all(servers.map(server => async () => void (await server.tell(...after)))) }
  }
}

/** The keys that hold the head (`m`) or the records (`l`) of every log. */
async function deleteLogs(scene: Scene, part: 'm' | 'l'): Promise<Harm> {
  for (const server of await scene.topology.primaries()) {
    const [keys] = await server.tell(['KEYS', `{${scene.namespace}:*}:${part}`])
    for (const key of keys as string[]) await server.tell(['DEL', key])
  }
  return DONE
}

async function onePrimary({ topology, random }: Scene): Promise<Server> {
  return pick(await topology.primaries(), random)
}

const OWN_SERVER = ['standalone', 'cluster', 'tls', 'acl'] as const

/** Whatever a server does, or is done to it. */
export const serverFaults: readonly Fault[] = [
  {
    name: 'subscribers killed',
    kind: 'server',
    lastsMs: [0, 0],
    begin: commands([['CLIENT', 'KILL', 'TYPE', 'pubsub']]),
  },
  {
    name: 'connections killed',
    kind: 'server',
    lastsMs: [0, 0],
    begin: commands([['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']]),
  },
  { name: 'FLUSHALL', kind: 'server', lastsMs: [0, 0], begin: commands([['FLUSHALL']]) },
  {
    name: 'heads of the logs deleted',
    kind: 'server',
    lastsMs: [0, 0],
    begin: scene => deleteLogs(scene, 'm'),
  },
  { name: 'logs deleted', kind: 'server', lastsMs: [0, 0], begin: scene => deleteLogs(scene, 'l') },
  { name: 'SCRIPT FLUSH', kind: 'server', lastsMs: [0, 0], begin: commands([['SCRIPT', 'FLUSH']]) },
  {
    name: 'out of memory',
    kind: 'server',
    lastsMs: [300, 1000],
    begin: commands([['CONFIG', 'SET', 'maxmemory', '100kb']], [['CONFIG', 'SET', 'maxmemory', '0']]),
  },
  {
    name: 'evicts at random',
    kind: 'server',
    lastsMs: [200, 500],
    begin: commands(
      [['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random', 'maxmemory', '100kb']],
      [['CONFIG', 'SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction']],
    ),
  },
  {
    name: 'small buffers for subscribers',
    kind: 'server',
    on: ['standalone', 'acl'],
    lastsMs: [300, 600],
    begin: async scene => {
      const { namespace, topology } = scene
      const harm = await commands(
        [['CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 64kb 64kb 0']],
        [['CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60']],
      )(scene)
      // More at once than a buffer holds: whoever does not read at once is thrown out.
      const flood = `redis.call('PUBLISH', KEYS[1], string.rep('x', 100000))`
      for (const server of await topology.primaries())
        await server.tell(['EVAL', flood, '1', `{${namespace}:0}:ch`])
      return harm
    },
  },
  {
    name: 'CLIENT PAUSE',
    kind: 'server',
    lastsMs: [500, 500],
    begin: commands([['CLIENT', 'PAUSE', '400', 'ALL']]),
  },
  {
    name: 'DEBUG SLEEP',
    kind: 'server',
    on: ['standalone', 'tls', 'acl'],
    lastsMs: [0, 0],
    begin: commands([['DEBUG', 'SLEEP', '0.4']]),
  },
  {
    name: 'server stopped (SIGSTOP)',
    kind: 'server',
    on: OWN_SERVER,
    lastsMs: [300, 1200],
    begin: async scene => {
      const server = await onePrimary(scene)
      server.freeze()
      return { heal: () => server.thaw() }
    },
  },
  {
    name: 'server killed (SIGKILL), empty when it is back',
    kind: 'server',
    on: ['standalone'],
    lastsMs: [200, 800],
    begin: async scene => {
      const server = await onePrimary(scene)
      await server.kill()
      return { heal: () => server.restart() }
    },
  },
  {
    name: 'READONLY',
    kind: 'server',
    on: ['standalone', 'tls', 'acl'],
    lastsMs: [300, 900],
    begin: commands([['REPLICAOF', '127.0.0.1', '1']], [['REPLICAOF', 'NO', 'ONE']]),
  },
  { name: 'LOADING', kind: 'server', on: ['standalone'], lastsMs: [0, 0], begin: reload },
  {
    name: 'permissions revoked',
    kind: 'server',
    on: ['acl'],
    lastsMs: [300, 900],
    begin: async scene => {
      const user = scene.topology.user ?? 'default'
      return commands([['ACL', 'SETUSER', user, '-@all']], [userCommand(user, scene.namespace)])(scene)
    },
  },
]

/** It reads its data back from disk, for half a second or more, and answers LOADING meanwhile. */
async function reload(scene: Scene): Promise<Harm> {
  const server = await onePrimary(scene)
  const filler = 3000
  await server.tell(
    ['DEBUG', 'POPULATE', `${filler}`, 'filler', '10'],
    ['CONFIG', 'SET', 'key-load-delay', '200', 'save', '3600 1'],
  )
  const from = now()
  server.tell(['DEBUG', 'RELOAD']).catch(() => {})
  await pass(50)
  const isBack = async (): Promise<boolean> => {
    await server.tell(['GET', 'x'])
    return true
  }
  await until(5000, () => isBack().catch(() => false))
  return {
    heal: async () => {
      await server.tell(['CONFIG', 'SET', 'key-load-delay', '0', 'save', ''])
      const keys = Array.from({ length: filler }, (_, i) => `filler:${i}`)
      await server.tell(['DEL', ...(keys as [string, ...string[]])])
      if (now() - from < 60) throw new Error('The server did not load for long enough to be noticed.')
    },
  }
}
