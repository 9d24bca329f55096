import { formatRecord } from '../../../packages/core/src/coherence/message.ts'
import type { Fault as FaultRecord } from '../history/history.ts'
import type { Life } from './instance.ts'
import type { Ledger } from './ledger.ts'
import type { Network } from './network.ts'
import { noise } from './noise.ts'
import type { Fault } from './plan.ts'
import type { SimulatedRedis } from './simulated-redis.ts'
import type { Scene } from './scene.ts'
import type { Direction } from './wire.ts'

/** What faults act upon, beside the calls' scene. */
export interface Stage {
  readonly scene: Scene
  readonly redis: SimulatedRedis
  readonly ledger: Ledger
  readonly networks: readonly Network[]
  /** Starts an instance's next life. */
  readonly start: (instance: number) => void
  /** A life has ended, one way or the other. */
  readonly ended: (life: Life) => void
}

type Undo = () => void

const LOSSES = 0.6
const MOST_LOST_RECORDS = 6
const HOUR_MS = 3_600_000
const ONCE: Undo = () => {}

/** Makes a planned fault happen, and takes it back when its time is over. */
export function strike(stage: Stage, fault: Fault): void {
  const { time, recorder } = stage.scene
  const record: FaultRecord = { name: fault.name, t0: time.now, t1: Infinity, ...whom(fault) }
  recorder.history.faults.push(record)
  recorder.count(`fault: ${fault.name}`)
  recorder.trace(fault.name, fault.instance, fault.forMs)
  const undo = begin(stage, fault)
  const isOver = (): void => {
    if (record.t1 !== Infinity) return
    record.t1 = time.now
    undo()
  }
  if (undo === ONCE) isOver()
  else time.at(time.now + fault.forMs, isOver)
}

function begin(stage: Stage, fault: Fault): Undo {
  const { scene, redis, ledger, networks, start, ended } = stage
  const { instance, dice, forMs } = fault
  const life = scene.lives[instance]
  const network = networks[instance]
  if (life === undefined || network === undefined) return ONCE
  switch (fault.name) {
    case 'messages lost':
      return losing([network.messages], dice)
    case 'requests lost':
      return losing([network.requests], dice)
    case 'replies lost':
      return losing([network.replies], dice)
    case 'messages late':
      return holding(network, [network.messages])
    case 'requests held':
      return holding(network, [network.requests])
    case 'replies held':
      return holding(network, [network.replies])
    case 'partitioned':
      return holding(network, [network.requests, network.replies, network.messages])
    case 'slow':
      return slowing(network, forMs, dice)
    case 'slow for all':
      return all(networks.map((one, i) => slowing(one, forMs, dice + i)))
    case 'messages repeated':
      return echo(redis, life, dice)
    case 'subscriber dead':
      life.loseSubscription()
      return () => life.breakSubscription()
    case 'subscriber cut':
      life.breakSubscription()
      return ONCE
    case 'connection cut':
      life.breakConnection()
      return ONCE
    case 'redis hung':
      redis.hang()
      return () => redis.resume()
    case 'redis down':
      redis.isDown = true
      breakAll(scene)
      return () => {
        redis.isDown = false
      }
    case 'redis full':
      redis.full = true
      return () => {
        redis.full = false
      }
    case 'failover':
      redis.failOver(
        partition => {
          const lost = fault.lost ?? Math.ceil(noise(dice, partition, 1) ** 2 * MOST_LOST_RECORDS - 0.2)
          ledger.lose(partition, lost)
          return lost
        },
        Math.round((noise(dice, 0, 2) - 0.5) * 100),
      )
      breakAll(scene)
      return ONCE
    case 'flushed':
      for (const partition of redis.partitions) partition.flush()
      ledger.flush()
      return ONCE
    case 'value evicted':
      for (const row of scene.database.rows)
        if (noise(dice, row.id.length, row.version) < 0.5)
          for (const partition of redis.partitions) partition.evict(row.id)
      return ONCE
    case 'log evicted':
      for (const partition of redis.partitions) partition.loseLog()
      return ONCE
    case 'meta evicted':
      for (const partition of redis.partitions) partition.loseMeta()
      return ONCE
    case 'paused':
      life.process.pause()
      return () => life.process.resume()
    case 'clock leap':
      life.process.leap(
        Math.round((noise(dice, 0, 3) - 0.4) * 2 * (noise(dice, 0, 4) < 0.5 ? HOUR_MS : 2 * forMs)),
      )
      return ONCE
    case 'crash':
      if (life.process.isGone) return ONCE
      life.crash()
      ended(life)
      return () => {
        if (scene.lives[instance] === life) start(instance)
      }
    case 'close':
      if (!life.isOpen) return ONCE
      life.isClosing = true
      life.process.enter(() => {
        void life.cache.close({ timeout: Math.max(1, Math.floor(forMs)) }).then(() => {
          life.crash()
          ended(life)
          if (scene.lives[instance] === life) start(instance)
        })
      })
      return ONCE
  }
}

function losing(directions: readonly Direction[], dice: number): Undo {
  for (const direction of directions) direction.lossShare = noise(dice, 0, 5) < 0.4 ? 1 : LOSSES
  return () => {
    for (const direction of directions) direction.lossShare = 0
  }
}

function holding(network: Network, directions: readonly Direction[]): Undo {
  for (const direction of directions) direction.isBlocked = true
  return () => {
    for (const direction of directions) direction.isBlocked = false
    network.flush()
  }
}

function slowing({ requests, replies, messages }: Network, forMs: number, dice: number): Undo {
  const directions = [requests, replies, messages]
  for (const [i, direction] of directions.entries())
    direction.extraMs = noise(dice, i, 6) * Math.min(forMs, 300)
  return () => {
    for (const direction of directions) direction.extraMs = 0
  }
}

/** Messages of the last records arrive a second time, and one that nobody sent. */
function echo(redis: SimulatedRedis, life: Life, dice: number): Undo {
  for (const { partition, message } of redis.recent.slice(-1 - Math.floor(noise(dice, 0, 7) * 10)))
    life.hear(partition, message)
  const forged = {
    seq: 1 + Math.floor(noise(dice, 0, 8) * 50),
    nonce: 'forged',
    origin: 'nobody',
    payload: '{}',
  }
  life.hear(0, formatRecord('notanepo', '-', forged))
  return ONCE
}

function breakAll({ lives }: Scene): void {
  for (const life of lives) {
    life.breakConnection()
    life.breakSubscription()
  }
}

function all(undos: readonly Undo[]): Undo {
  return () => {
    for (const undo of undos) undo()
  }
}

function whom(fault: Fault): { readonly instance?: number } {
  return /^(redis|failover|flushed|slow for all)|evicted$/.test(fault.name)
    ? {}
    : { instance: fault.instance }
}
