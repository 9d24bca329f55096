import type { Fault as Noted, History } from '../history/history.ts'
import type { Fault, Harm, Scene } from './faults/fault.ts'
import { lifeOf } from './keys.ts'
import { now, pass } from './monotonic.ts'
import type { Recorder } from './recorder.ts'
import { stoodFor } from './standstill.ts'
import type { Seat } from './seat.ts'

/** Longer than this a recovery is not waited for. */
const RECOVERY_MS = 8000
const HEAL_MS = 15_000
const PAIRS = 0.2

/** Between the names of two faults that were made at once. */
export const AND = ' + '

/**
 * How long it took, after a fault was healed, until every instance invalidated and cached again as if nothing had been. Time in which the
 * machine let the process stand still is not counted.
 */
interface Recovery {
  readonly fault: string
  readonly ms: number
  readonly instance: number
}

/** What became of the faults of a run. */
export interface Damage {
  readonly recoveries: Recovery[]
  /** Faults that could not be made, and why. */
  readonly failed: string[]
}

/** One fault after the other, sometimes two at once, until the time is over; each healed, and recovered from, before the next. */
export async function harm(
  scene: Scene,
  history: History,
  faults: Iterator<Fault>,
  end: number,
  onFault: (name: string) => void,
): Promise<Damage> {
  const damage: Damage = { recoveries: [], failed: [] }
  const next = (): Fault => faults.next().value as Fault
  let kept: Fault | undefined
  while (now() < end) {
    const first = kept ?? next()
    kept = undefined
    const some = [first]
    if (scene.random() < PAIRS && !first.alone) {
      const second = next()
      if (second.kind === first.kind || second.alone) kept = second
      else some.push(second)
    }
    const name = some.map(fault => fault.name).join(AND)
    onFault(name)
    await Promise.all(some.map(fault => inflict(scene, history, fault, damage)))
    const from = now()
    const { ms, instance } = await recovered(scene)
    const stoodMs = stoodFor(history.faults, instance, from, from + ms)
    damage.recoveries.push({ fault: name, ms: ms - stoodMs, instance })
    await pass(50 + scene.random() * 200)
  }
  return damage
}

async function inflict(scene: Scene, history: History, fault: Fault, damage: Damage): Promise<void> {
  const noted: Noted = { name: fault.name, t0: now(), t1: Infinity }
  history.faults.push(noted)
  const [least, most] = fault.lastsMs
  const lastsMs = least + scene.random() * (most - least)
  let harm: Harm | undefined
  try {
    harm = await fault.begin(scene)
    if (harm.instance !== undefined) Object.assign(noted, { instance: harm.instance })
    await pass(lastsMs)
  } catch (error) {
    damage.failed.push(`${fault.name}: ${String(error)}`)
  }
  if (harm !== undefined) await heal(fault, harm)
  noted.t1 = now()
}

/** What was broken has to be whole again, or the run means nothing: rejects when it cannot be healed. */
async function heal(fault: Fault, harm: Harm): Promise<void> {
  for (const end = now() + HEAL_MS; ; await pass(50)) {
    try {
      return await harm.heal()
    } catch (error) {
      if (now() > end) throw new Error(`${fault.name} could not be healed`, { cause: error })
    }
  }
}

/** The slowest instance to invalidate a row of its own, in Redis, and then to answer with what the database has from memory. */
export async function recovered({
  seats,
  recorder,
}: Pick<Scene, 'seats' | 'recorder'>): Promise<{ ms: number; instance: number }> {
  const from = now()
  const times = await Promise.all(
    seats.map(async seat => {
      while (now() - from < RECOVERY_MS && !(await isWell(seat, recorder))) await pass(20)
      return { ms: now() - from, instance: seat.index }
    }),
  )
  return times.reduce((worst, one) => (one.ms > worst.ms ? one : worst))
}

async function isWell(seat: Seat, recorder: Recorder): Promise<boolean> {
  if (!seat.isUp) return false
  const key = `probe:${seat.index}`
  const life = lifeOf(key)
  const written = await recorder.write(seat, { how: 'delete', name: '', life }, [key])
  if (written?.status !== 'committed') return false
  await recorder.read(seat, { how: 'getOrSet', keys: [key], life })
  const again = await recorder.read(seat, { how: 'getOrSet', keys: [key], life })
  const [answer] = again?.answers ?? []
  const isKept = answer?.tier === 'memory' || answer?.tier === undefined
  return answer?.value !== undefined && !answer.stale && isKept
}
