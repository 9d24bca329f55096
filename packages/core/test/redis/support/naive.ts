import { Redis } from 'ioredis'
import type { Invalidation } from '../../../src/index.ts'

/**
 * Two tiers as they are usually built: a Map, GET and SET in Redis, DEL and PUBLISH to invalidate. The history checker has to find it
 * wrong, or the checker is.
 */
export class NaiveCache {
  readonly #memory = new Map<string, unknown>()
  readonly #flights = new Map<string, Promise<unknown>>()
  readonly #redis: Redis
  readonly #subscriber: Redis
  readonly #channel: string

  constructor(url: string, namespace: string) {
    const options = { commandTimeout: 150, maxRetriesPerRequest: 0, retryStrategy: () => 50 }
    this.#channel = namespace
    this.#redis = new Redis(url, options)
    this.#subscriber = new Redis(url, { retryStrategy: () => 50 })
    for (const client of [this.#redis, this.#subscriber]) client.on('error', () => {})
    this.#subscriber.subscribe(this.#channel).catch(() => {})
    this.#subscriber.on('message', (_, key: string) => this.#memory.delete(key))
  }

  async get(key: string): Promise<unknown> {
    if (this.#memory.has(key)) return this.#memory.get(key)
    const text = await this.#redis.get(`${this.#channel}:${key}`).catch(() => null)
    if (text === null) return undefined
    const value: unknown = JSON.parse(text)
    this.#memory.set(key, value)
    return value
  }

  async getOrSet(key: string, load: () => Promise<unknown>): Promise<unknown> {
    const found = await this.get(key)
    if (found !== undefined) return found
    let flight = this.#flights.get(key)
    if (flight === undefined) {
      flight = this.#load(key, load).finally(() => this.#flights.delete(key))
      this.#flights.set(key, flight)
    }
    return await flight
  }

  async set(key: string, value: unknown): Promise<Invalidation> {
    this.#memory.set(key, value)
    await this.#redis.set(`${this.#channel}:${key}`, JSON.stringify(value)).catch(() => {})
    return await this.#publish(key)
  }

  async delete(key: string): Promise<Invalidation> {
    this.#memory.delete(key)
    await this.#redis.del(`${this.#channel}:${key}`).catch(() => {})
    return await this.#publish(key)
  }

  close(): void {
    this.#redis.disconnect()
    this.#subscriber.disconnect()
  }

  async #load(key: string, load: () => Promise<unknown>): Promise<unknown> {
    const value = await load()
    this.#memory.set(key, value)
    await this.#redis.set(`${this.#channel}:${key}`, JSON.stringify(value)).catch(() => {})
    return value
  }

  async #publish(key: string): Promise<Invalidation> {
    await this.#redis.publish(this.#channel, key).catch(() => {})
    return { status: 'committed', done: Promise.resolve() }
  }
}
