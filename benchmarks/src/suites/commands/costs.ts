import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Proxy } from './proxy.ts'

/** What an operation cost in Redis. */
export interface Cost {
  /** Round trips until the call resolved. */
  readonly before: number
  /** With what runs behind the answer. */
  readonly all: number
  /** Names of the commands that were sent. */
  readonly sent: readonly string[]
  /** Commands Redis executed, those inside its scripts included. */
  readonly executed: number
}

/** Long enough for what runs behind an answer, and short beside a heartbeat. */
const SETTLE_MS = 20

/** Counts what passes to a Redis, and what it executes. */
export class Meter {
  readonly proxy: Proxy
  /** Redis, through the meter. */
  readonly url: string
  readonly #control: Redis

  private constructor(proxy: Proxy, redisUrl: string) {
    this.proxy = proxy
    this.#control = new Redis(redisUrl)
    const url = new URL(redisUrl)
    url.hostname = '127.0.0.1'
    url.port = String(proxy.port)
    this.url = url.href
  }

  static async start(redisUrl: string): Promise<Meter> {
    return new Meter(await Proxy.start(redisUrl), redisUrl)
  }

  /** Counts while an operation runs, and what it leaves to `idle`. */
  async costOf(operation: () => Promise<unknown>, idle: () => Promise<unknown>): Promise<Cost> {
    await wait(SETTLE_MS)
    const executed = await this.#executed()
    this.proxy.take()
    await operation()
    const before = this.proxy.take()
    await idle()
    await wait(SETTLE_MS)
    const after = this.proxy.take()
    return {
      before: before.roundTrips,
      all: before.roundTrips + after.roundTrips,
      sent: [...before.commands, ...after.commands],
      executed: (await this.#executed()) - executed,
    }
  }

  stop(): void {
    this.#control.disconnect()
    this.proxy.stop()
  }

  /** Calls of all commands but INFO, which asks for them. */
  async #executed(): Promise<number> {
    const text = await this.#control.info('commandstats')
    const calls = [...text.matchAll(/^cmdstat_(\w+)[^:]*:calls=(\d+)/gm)]
    return calls.reduce((sum, [, name, count]) => (name === 'info' ? sum : sum + Number(count)), 0)
  }
}

/** Names with how often each came. */
export function counted(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => (count === 1 ? name : `${count}× ${name}`)).join(', ')
}
