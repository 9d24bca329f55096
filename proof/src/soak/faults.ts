import type { RedisServer } from '@tiercache/redis-server'
import type { Redis } from 'ioredis'
import { pass } from '../real/monotonic.ts'
import type { Seat } from './seat.ts'

/** Whom a fault may hurt. */
export interface Victims {
  readonly server: RedisServer
  /** A connection of the soak's own. */
  readonly admin: Redis
  readonly seats: readonly Seat[]
  readonly random: () => number
}

/** What goes wrong in a soak, by name. Each resolves when it is over. */
export const FAULTS: Readonly<Record<string, (victims: Victims) => Promise<unknown>>> = {
  'subscribers killed': ({ admin }) => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
  'connections killed': ({ admin }) => admin.call('CLIENT', 'KILL', 'TYPE', 'normal'),
  'Redis paused': ({ admin, random }) => admin.call('CLIENT', 'PAUSE', Math.ceil(300 + 900 * random())),
  'Redis flushed': ({ admin }) => admin.flushall(),
  'scripts flushed': ({ admin }) => admin.script('FLUSH'),
  'Redis frozen': freeze,
  'an instance stands still': stall,
}

/** It answers nothing, and its connections stay. */
async function freeze({ server, random }: Victims): Promise<void> {
  process.kill(server.pid, 'SIGSTOP')
  try {
    await pass(500 + 2000 * random())
  } finally {
    process.kill(server.pid, 'SIGCONT')
  }
}

async function stall({ seats, random }: Victims): Promise<void> {
  const seat = seats[Math.floor(random() * seats.length)]
  const ms = 500 + 3000 * random()
  seat?.order({ type: 'stall', ms })
  await pass(ms)
}
