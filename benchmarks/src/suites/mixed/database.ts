import { Redis } from 'ioredis'

/** What all processes of the service agree on: the version of each key, in a hash of Redis beside the caches. Rarely read, and by all alike. */
export class Database {
  readonly #client: Redis
  readonly #name: string

  constructor(redisUrl: string, name: string) {
    this.#client = new Redis(redisUrl)
    this.#name = `bench-mixed-database:${name}`
  }

  /** Forgets the keys of a process. */
  async clear(seat: number): Promise<void> {
    await this.#client.del(this.#hash(seat))
  }

  async write(seat: number, key: string, version: number): Promise<void> {
    await this.#client.hset(this.#hash(seat), key, version)
  }

  /** 0 for a key that was never written. */
  async versionOf(seat: number, key: string): Promise<number> {
    return Number((await this.#client.hget(this.#hash(seat), key)) ?? 0)
  }

  #hash(seat: number): string {
    return `${this.#name}:${seat}`
  }
}
