import { connect, type Socket } from 'node:net'
import { PASSWORD, type Scene } from './scene.ts'
import type { Sickness } from './sickness.ts'
import { until } from './until.ts'

const crowds = new WeakMap<Scene, Socket[]>()

/** Redis is well, and does not let the application do what it needs. */
export const ACCESS: readonly Sickness[] = [
  {
    name: 'no rights',
    about: 'the user may do nothing any more (ACL -@all)',
    inflict: scene => scene.allow('-@all'),
    heal: scene => scene.allow('+@all'),
    circuit: 'opens',
    invalidations: 'deferred',
    quick: true,
  },
  {
    name: 'no scripts',
    about: 'the user may not run scripts (ACL -evalsha -eval); reads are answered',
    inflict: scene => scene.allow('-evalsha', '-eval'),
    heal: scene => scene.allow('+@all'),
    circuit: undefined,
    invalidations: 'deferred',
  },
  {
    name: 'no reads',
    about: 'the user may not GET or MGET; scripts work',
    inflict: scene => scene.allow('-get', '-mget'),
    heal: scene => scene.allow('+@all'),
    circuit: undefined,
    invalidations: 'committed',
  },
  {
    name: 'no publishing',
    about: 'the user may not PUBLISH, nor may a script in its name',
    inflict: scene => scene.allow('-publish'),
    heal: scene => scene.allow('+@all'),
    circuit: undefined,
    invalidations: undefined,
  },
  {
    name: 'password changed',
    about: 'the password is another, and connections are killed',
    inflict: async scene => {
      await scene.allow('resetpass', '>another')
      await scene.killConnections()
    },
    heal: scene => scene.allow('resetpass', `>${PASSWORD}`),
    circuit: 'opens',
    invalidations: 'deferred',
  },
  {
    name: 'too many clients',
    about: 'connections are killed, and others take their place up to maxclients',
    inflict: crowd,
    heal: disperse,
    circuit: 'opens',
    invalidations: 'deferred',
  },
]

/** As many idle connections as are allowed. */
async function crowd(scene: Scene): Promise<void> {
  const taken = await clients(scene)
  await scene.tell('CONFIG', 'SET', 'maxclients', taken)
  // The application comes back as soon as it can: whoever is in its place first stays.
  await scene.link.refuse()
  const others: Socket[] = []
  crowds.set(scene, others)
  await until('the places are taken', 5000, async () => {
    if ((await clients(scene)) >= taken) return true
    const socket = connect(scene.port, '127.0.0.1')
    socket.on('error', () => {})
    others.push(socket)
    return false
  })
  await scene.link.admit()
}

async function disperse(scene: Scene): Promise<void> {
  await scene.tell('CONFIG', 'SET', 'maxclients', 10_000)
  for (const socket of crowds.get(scene) ?? []) socket.destroy()
}

async function clients(scene: Scene): Promise<number> {
  const info = String(await scene.tell('INFO', 'clients'))
  return Number(/connected_clients:(\d+)/.exec(info)?.[1])
}
