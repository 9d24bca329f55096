import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Cache, type CacheOptions, createCache } from '@tiercache/core'
import type { Recovery } from './application.ts'
import type { SickTime } from './endurance.ts'
import { ApplicationProcess, type Ending } from './process.ts'
import type { Sample } from './sample.ts'
import { Scene } from './scene.ts'
import type { Sickness } from './sickness.ts'
import { home, KEPT, light, OLD, seed, type Target, TARGETS } from './targets.ts'
import { until } from './until.ts'

/** Everything that was seen of one sickness. */
export interface Findings {
  readonly sickness: Sickness
  readonly sick: SickTime
  readonly recovery: Recovery
  /** What was invalidated and came back, and where. */
  readonly lost: readonly string[]
  /** What nobody had invalidated is still there. */
  readonly kept: boolean
  /** A cache that was made while Redis was sick. */
  readonly late: readonly Sample[]
  readonly closeMs: number
  readonly ending: Ending
  /** How long at most this process, which had next to nothing to do, was kept from doing it. */
  readonly noiseMs: number
  /** How often it was looked at until the machine was quiet enough. */
  readonly tries: number
}

const END_MS = 5000
const PATIENT_MS = 2000
const MAX_STALENESS_MS = 2000

/**
 * Lets an application live through a sickness: under load with a Redis that is well, sick, well again; and then sick once more, while a
 * second cache starts and both are closed.
 */
export async function examine(sickness: Sickness, sickMs: number): Promise<Findings> {
  await using scene = await Scene.set()
  const namespace = `b${randomBytes(4).toString('hex')}`
  await using witness = open(scene, namespace)
  await witness.ready()
  await seed(witness)
  await using application = await ApplicationProcess.start(scene.url, namespace)
  await application.ask('warm')

  const noise = monitorEventLoopDelay({ resolution: 5 })
  noise.enable()
  await sickness.inflict(scene)
  const sick = await application.ask('endure', sickMs)
  await sickness.heal(scene)
  const [recovery] = await Promise.all([
    application.ask('recover'),
    sickness.forgets === true ? relight(witness) : undefined,
  ])
  await using cold = open(scene, namespace, { memory: false })
  await cold.ready()
  const lost = await lookForLost(scene, namespace, witness, cold)
  // The same look must find what is there, or finding nothing proves nothing.
  const kept = (await cold.get(KEPT.key)) === OLD

  await sickness.inflict(scene)
  const late = await application.ask('startLate')
  const closeMs = await application.ask('close')
  const ending = await application.ended(END_MS)
  await sickness.heal(scene)
  noise.disable()
  return { sickness, sick, recovery, lost, kept, late, closeMs, ending, noiseMs: noise.max / 1e6, tries: 1 }
}

/** An instance on connections of its own that nobody touches, and that has the time it takes. */
export function open(scene: Scene, namespace: string, options: CacheOptions = {}): Cache {
  const cache = createCache({
    redis: scene.directUrl,
    namespace,
    timeouts: { redis: PATIENT_MS },
    ...options,
  })
  cache.on('error', () => {})
  return cache
}

async function relight(witness: Cache): Promise<void> {
  await until('the beacons are lit again', 10_000, () =>
    light(witness).then(
      () => true,
      () => false,
    ),
  )
}

/** Looks for every target on the server, through the second instance, and through one that remembers nothing. */
async function lookForLost(scene: Scene, namespace: string, witness: Cache, cold: Cache): Promise<string[]> {
  const lost: string[] = []
  for (const key of ['target:delete', 'target:many']) {
    if ((await scene.tell('EXISTS', `{${namespace}:0}:v:${key}`)) !== 0) lost.push(`${key} on the server`)
  }
  const look = async (target: Target): Promise<void> => {
    if ((await home(cold, target).get(target.key)) === OLD) lost.push(`${target.name} in Redis`)
    const gone = async (): Promise<boolean> => (await home(witness, target).get(target.key)) !== OLD
    const place = `${target.name} at the second instance`
    await until(place, MAX_STALENESS_MS, gone).catch(() => lost.push(place))
  }
  await Promise.all(TARGETS.map(look))
  return lost
}
