import { audit } from '../check/audit.ts'
import { monotonicMs } from '../clock.ts'
import { createRequests, runLoad, type Requests } from '../load/load.ts'
import { createMix } from '../load/mix.ts'
import { createSampler } from '../measure/sampler.ts'
import { createTally, type Tally } from '../measure/tally.ts'
import type { Scene } from '../view/scene.ts'
import { runChaos } from './chaos.ts'
import { follow } from './follow.ts'
import { reportOf, type Report } from './report.ts'
import { setStage, type RunParts } from './stage.ts'

/** Starts everything, runs the load, reads what is left once more, and reports. What it started is in `cleanup`. */
export async function run(parts: RunParts): Promise<Report> {
  const { options, screen, signal } = parts
  const stage = await setStage(parts)
  signal.throwIfAborted()
  const { balancer, fleet, checker, deferred, world, lost } = stage
  const tally = createTally()
  const requestsInto = (into: Tally): Requests =>
    createRequests({ ...stage, address: balancer.address, tally: into })
  const start = monotonicMs()
  const scene: Scene = {
    address: balancer.address,
    redisShown: stage.redis.shown,
    seconds: options.seconds,
    rate: options.rate,
    dbMs: options.dbMs,
    boundMs: options.maxStaleness,
    fleet,
    sampler: createSampler(fleet, stage.probe),
    tally,
    deferred,
    outages: [],
    hitRates: [],
    elapsedMs: () => monotonicMs() - start,
  }
  const followed = follow(scene, screen)
  const load = runLoad(requestsInto(tally), { ...options, next: createMix(world, options), signal })
  const chaos = options.chaos
    ? runChaos({ ...stage, tally, seconds: options.seconds, signal, outages: scene.outages })
    : Promise.resolve()
  await Promise.all([load, chaos]).finally(() => followed.end())
  const elapsedMs = scene.elapsedMs()

  const audited = createTally()
  if (!signal.aborted) screen.progress('Reading all that was written once more, from each instance …')
  const boundMs = options.maxStaleness
  const checked = signal.aborted
    ? undefined
    : await audit({ fleet, requests: requestsInto(audited), checker, deferred, boundMs, signal })
  return reportOf({
    options,
    world,
    scene,
    elapsedMs,
    interrupted: signal.aborted,
    audit: checked,
    audited,
    lost,
  })
}
