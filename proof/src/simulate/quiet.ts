import type { Life } from './instance.ts'
import type { Plan } from './plan.ts'
import { read } from './reading.ts'
import type { Scene } from './scene.ts'
import type { Stage } from './faults.ts'
import type { Writing } from './writing.ts'

const STEP_MS = 25
const ROUND_MS = 40
const CALM_DICE = 1
/** Everything that waits for Redis must have reached it this long after all is well again. */
const HEALING_MS = 20_000
/** With less than this an instance may well have forgotten between two rounds. */
const ROOM = 50
const LASTING_MS = 20_000

/** Ends every fault, and waits until nothing waits for Redis any more. */
export async function heal({ scene, redis, networks, start }: Stage, writing: Writing): Promise<void> {
  const { time, lives, recorder } = scene
  redis.isDown = false
  redis.full = false
  redis.resume()
  for (const network of networks) network.heal()
  for (const [instance, life] of lives.entries()) {
    life.process.resume()
    if (life.process.isGone) start(instance)
  }
  for (const fault of recorder.history.faults) fault.t1 = Math.min(fault.t1, time.now)
  const until = time.now + HEALING_MS
  const isBusy = (): boolean =>
    writing.waiting > 0 || recorder.pending > 0 || lives.some(life => !life.isOpen)
  while (isBusy() && time.now < until) await time.run(time.now + STEP_MS)
  if (writing.waiting > 0)
    recorder.troubles.push({
      key: '',
      what: `${writing.waiting} writes did not reach Redis after all was well again`,
    })
}

/**
 * Lets Δ pass, and reads everything everywhere: first on instances that come now, then on all of them, to let stale values be
 * refreshed, then for good. In the end both tiers must be of use again.
 */
export async function settle({ scene, ledger, start }: Stage): Promise<void> {
  const { time, plan, lives, database } = scene
  // What a failover lost is said again with the next SYNC, and obeyed Δ later.
  await time.run(time.now + plan.world.deltaMs)
  ledger.close()
  await time.run(time.now + plan.world.deltaMs)
  start(plan.instances.length)
  start(plan.instances.length + 1)
  // Whoever comes now has only what Redis has, before anybody has loaded anything over it.
  await round(scene, lives.slice(plan.instances.length), ['get'], 'settled')
  await round(scene, lives, ['get', 'getOrSetEntry'], 'quiet')
  await round(scene, lives, ['get', 'getOrSetEntry'], 'settled')
  await reachRedis(scene)
  // What was loaded beside the lease of somebody who died lasts for Δ.
  await time.run(time.now + plan.world.deltaMs)
  await round(scene, lives, ['getOrSetEntry'], 'settled')
  for (const life of lives) {
    for (const row of database.rows) {
      if (remembers(plan, life) && life.in(row.namespaces).getSync(row.key) === undefined)
        miss(scene, life, row.id, 'memory')
    }
  }
}

async function round(
  scene: Scene,
  lives: readonly Life[],
  methods: readonly ('get' | 'getOrSetEntry')[],
  phase: 'quiet' | 'settled',
): Promise<void> {
  const { time, database, recorder } = scene
  for (const life of lives)
    for (const row of database.rows)
      for (const method of methods)
        life.process.enter(() => void read(scene, life, method, [row], CALM_DICE, phase))
  const until = time.now + HEALING_MS
  do await time.run(time.now + ROUND_MS)
  while (recorder.pending > 0 && time.now < until)
}

/** What an instance without memory loads, Redis has from then on. */
async function reachRedis(scene: Scene): Promise<void> {
  const { plan, lives, database, recorder } = scene
  const cold = lives[plan.instances.length]
  if (cold === undefined) return
  // What another instance stored may end between two of these; what this one loads then lasts.
  await round(scene, [cold], ['getOrSetEntry'], 'settled')
  const from = recorder.history.reads.length
  for (let times = 0; times < 2; times++) await round(scene, [cold], ['getOrSetEntry'], 'settled')
  const reads = recorder.history.reads.slice(from)
  for (const { id } of database.rows)
    if (!reads.some(({ key, tier }) => key === id && tier === 'redis')) miss(scene, cold, id, 'Redis')
}

function remembers({ instances }: Plan, { instance }: Life): boolean {
  // What it has in memory may be what another instance stored.
  return Number(instances[instance]?.memory) >= ROOM && instances.every(one => one.memoryTtlMs >= LASTING_MS)
}

function miss({ recorder }: Scene, { instance }: Life, key: string, tier: string): void {
  recorder.troubles.push({
    key,
    what: `${tier} has nothing for #${instance} under ${key} although all is well`,
  })
}
