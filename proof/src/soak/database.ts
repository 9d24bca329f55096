import { Redis } from 'ioredis'
import { KEYS } from './messages.ts'

/** The truth: a version for each key, in a Redis that nothing happens to. */
export class Database {
  readonly #redis: Redis

  constructor(url: string) {
    this.#redis = new Redis(url, { enableAutoPipelining: true })
  }

  async version(key: number): Promise<number> {
    return Number((await this.#redis.get(`${key}`)) ?? 0)
  }

  /** New versions of keys, in their order. */
  async change(keys: readonly number[]): Promise<number[]> {
    return Promise.all(keys.map(key => this.#redis.incr(`${key}`)))
  }

  /** The versions of all keys. */
  async all(): Promise<number[]> {
    const keys = Array.from({ length: KEYS }, (_, key) => `${key}`)
    return (await this.#redis.mget(keys)).map(version => Number(version ?? 0))
  }

  close(): void {
    this.#redis.disconnect()
  }
}
