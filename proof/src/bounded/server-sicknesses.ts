import { freePort } from '@tiercache/redis-server'
import { pulse } from './pulse.ts'
import type { Scene } from './scene.ts'
import type { Sickness } from './sickness.ts'
import { until } from './until.ts'

const PAUSE_MS = 4000

/** Redis itself hangs, dies, or will not do what it is asked. */
export const SERVER: readonly Sickness[] = [
  {
    name: 'hung',
    about: 'the process is stopped (SIGSTOP); the kernel keeps its connections',
    inflict: scene => scene.freeze(),
    heal: scene => scene.thaw(),
    circuit: 'opens',
    invalidations: 'deferred',
    quick: true,
  },
  {
    name: 'killed',
    about: 'the process is killed, and later started with nothing in it',
    inflict: scene => scene.kill(),
    heal: scene => scene.restart(),
    circuit: 'opens',
    invalidations: 'deferred',
    forgets: true,
  },
  {
    name: 'paused',
    about: `CLIENT PAUSE for ${PAUSE_MS} ms, all commands`,
    inflict: scene => scene.tell('CLIENT', 'PAUSE', PAUSE_MS, 'ALL'),
    heal: scene => scene.tell('PING'),
    circuit: 'opens',
    invalidations: 'deferred',
  },
  {
    name: 'paused for writes',
    about: 'CLIENT PAUSE of writes: reads are answered, everything else hangs',
    inflict: scene => scene.tell('CLIENT', 'PAUSE', 600_000, 'WRITE'),
    heal: scene => scene.tell('CLIENT', 'UNPAUSE'),
    circuit: undefined,
    invalidations: 'deferred',
  },
  {
    name: 'full',
    about: 'out of memory (maxmemory 1mb, noeviction): reads and deletes work, nothing is stored',
    inflict: scene => scene.tell('CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1mb'),
    heal: scene => scene.tell('CONFIG', 'SET', 'maxmemory', '0'),
    circuit: 'stays closed',
    invalidations: 'committed',
    quick: true,
  },
  {
    name: 'read-only',
    about: 'it became a replica (REPLICAOF): reads are answered, writes are refused',
    inflict: async scene => scene.tell('REPLICAOF', '127.0.0.1', await freePort()),
    heal: scene => scene.tell('REPLICAOF', 'NO', 'ONE'),
    circuit: undefined,
    invalidations: 'deferred',
    quick: true,
  },
  {
    name: 'without replicas',
    about: 'min-replicas-to-write is not met: writes are refused',
    inflict: scene => scene.tell('CONFIG', 'SET', 'min-replicas-to-write', '1'),
    heal: scene => scene.tell('CONFIG', 'SET', 'min-replicas-to-write', '0'),
    circuit: undefined,
    invalidations: 'deferred',
  },
  {
    name: 'loading',
    about: 'it reads its data back from disk, and refuses everything meanwhile',
    inflict: load,
    heal: finishLoading,
    circuit: 'opens',
    invalidations: 'deferred',
  },
  {
    name: 'scripts flushed',
    about: 'SCRIPT FLUSH, 50 times a second',
    inflict: scene => pulse.start(scene, 20, () => scene.tell('SCRIPT', 'FLUSH')),
    heal: scene => pulse.stop(scene),
    circuit: 'stays closed',
    invalidations: 'committed',
  },
  {
    name: 'busy',
    about: "somebody's script does not end: everything is refused (BUSY)",
    inflict: occupy,
    heal: scene => scene.tell('SCRIPT', 'KILL'),
    circuit: 'opens',
    invalidations: 'deferred',
  },
]

/** A reload of enough keys, each of which takes a while: as with a data set of many gigabytes. */
async function load(scene: Scene): Promise<void> {
  await scene.tell('DEBUG', 'POPULATE', 30_000, 'ballast', 10)
  await scene.tell('CONFIG', 'SET', 'key-load-delay', '500', 'save', '3600 1')
  const reloader = scene.connect()
  reloader.call('DEBUG', 'RELOAD').then(
    () => reloader.disconnect(),
    () => reloader.disconnect(),
  )
  await until('Redis loads', 5000, () => refuses(scene, 'LOADING'))
  // As after a restart: connections begin while it loads.
  scene.link.cut()
}

/** It is allowed to be told this while it loads. */
async function finishLoading(scene: Scene): Promise<void> {
  await scene.tell('CONFIG', 'SET', 'key-load-delay', '0')
  await until('Redis has loaded', 5000, async () => !(await refuses(scene, 'LOADING')))
}

async function occupy(scene: Scene): Promise<void> {
  const script = scene.connect()
  script.eval('while true do end', 0).then(
    () => script.disconnect(),
    () => script.disconnect(),
  )
  await until('Redis is busy', 5000, () => refuses(scene, 'BUSY'))
}

async function refuses(scene: Scene, how: string): Promise<boolean> {
  try {
    await scene.tell('GET', 'x')
    return false
  } catch (error) {
    return String(error).includes(how)
  }
}
