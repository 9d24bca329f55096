import { Redis } from 'ioredis'
import type { Answer, Contender, Hooks, Instance, Row, Setting, Written } from './contender.ts'

const COMMITTED: Written = { status: 'committed', done: Promise.resolve() }

/**
 * Two tiers as they are usually built: a Map, GET and SET in Redis, DEL and PUBLISH to invalidate. The negative control: a checker that
 * does not convict it proves nothing.
 */
class NaiveInstance implements Instance {
  readonly #memory = new Map<string, Row>()
  readonly #flights = new Map<string, Promise<Row | undefined>>()
  readonly #redis: Redis
  readonly #subscriber: Redis
  readonly #name: string
  readonly #hooks: Hooks

  constructor(url: string, { namespace, memory }: Setting, hooks: Hooks) {
    const retryStrategy = (): number => 50
    this.#redis = new Redis(url, { commandTimeout: 150, maxRetriesPerRequest: 0, retryStrategy })
    this.#subscriber = new Redis(url, { retryStrategy })
    this.#name = namespace
    this.#hooks = hooks
    for (const client of [this.#redis, this.#subscriber]) client.on('error', () => {})
    if (!memory) this.#memory.set = () => this.#memory
    this.#subscriber.subscribe(namespace).catch(() => {})
    this.#subscriber.on('message', (_, text: string) => this.#hear(text))
  }

  async get(key: string): Promise<Answer> {
    const held = this.#memory.get(key)
    if (held !== undefined) return { value: held, stale: false, tier: 'memory' }
    const text = await this.#redis.get(`${this.#name}:${key}`).catch(() => null)
    if (text === null) return { value: undefined, stale: false, tier: undefined }
    const value = JSON.parse(text) as Row
    this.#memory.set(key, value)
    return { value, stale: false, tier: 'redis' }
  }

  async getOrSet(key: string): Promise<Answer> {
    const found = await this.get(key)
    if (found.value !== undefined) return found
    let flight = this.#flights.get(key)
    if (flight === undefined) {
      flight = this.#load(key).finally(() => this.#flights.delete(key))
      this.#flights.set(key, flight)
    }
    return { value: await flight, stale: false, tier: 'load' }
  }

  async set(rows: readonly Row[]): Promise<Written> {
    for (const row of rows) await this.#store(row)
    return await this.#publish(rows.map(({ key }) => key))
  }

  async delete(keys: readonly string[]): Promise<Written> {
    for (const key of keys) this.#memory.delete(key)
    if (keys.length > 0) await this.#redis.del(...keys.map(key => `${this.#name}:${key}`)).catch(() => {})
    return await this.#publish(keys)
  }

  close(): Promise<void> {
    this.#redis.disconnect()
    this.#subscriber.disconnect()
    return Promise.resolve()
  }

  async #load(key: string): Promise<Row | undefined> {
    const row = await this.#hooks.load(key)
    if (row !== undefined) await this.#store(row)
    return row
  }

  async #store(row: Row): Promise<void> {
    this.#memory.set(row.key, row)
    await this.#redis.set(`${this.#name}:${row.key}`, JSON.stringify(row)).catch(() => {})
  }

  async #publish(keys: readonly string[]): Promise<Written> {
    await this.#redis.publish(this.#name, keys.join(' ')).catch(() => {})
    return COMMITTED
  }

  #hear(text: string): void {
    const keys = text.split(' ')
    for (const key of keys) this.#memory.delete(key)
    this.#hooks.onHeard(keys)
  }
}

/** The negative control. */
export const contender: Contender = {
  name: 'naive',
  about: 'a Map, GET and SET, DEL and PUBLISH, as two tiers are usually built',
  module: import.meta.url,
  supports: [],
  start: (setting, hooks) => {
    if (setting.target.kind !== 'server') throw new Error('naive: it speaks to one server only.')
    return Promise.resolve(new NaiveInstance(setting.target.url, setting, hooks))
  },
}
