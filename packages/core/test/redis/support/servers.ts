import { Redis } from 'ioredis'
import { type RedisServer, startRedis } from '@tiercache/redis-server'

/** A server a test may freeze, kill and fill up. Use it with `await using`. */
export class OwnRedis implements AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly #args: readonly string[]
  #server: RedisServer
  #up = true

  private constructor(server: RedisServer, args: readonly string[]) {
    this.#server = server
    this.#args = args
    this.port = server.port
    this.url = server.url
  }

  static async start(args: readonly string[] = []): Promise<OwnRedis> {
    return new OwnRedis(await startRedis(args), args)
  }

  /** It stops answering, its connections stay. */
  freeze(): void {
    process.kill(this.#server.pid, 'SIGSTOP')
  }

  thaw(): void {
    process.kill(this.#server.pid, 'SIGCONT')
  }

  /** It dies; connections to its port are refused. */
  async kill(): Promise<void> {
    this.#up = false
    await this.#server.stop()
  }

  /** A server at the same port, with nothing in it. */
  async restart(): Promise<void> {
    this.#server = await startRedis(this.#args, { port: this.port })
    this.#up = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#up) this.thaw()
    await this.#server.stop()
  }
}

/** Runs one command with a connection of its own, whatever state the server is in. */
export async function tell(url: string, ...command: [string, ...string[]]): Promise<unknown> {
  const redis = new Redis(url, { enableReadyCheck: false, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    return await redis.call(...command)
  } finally {
    redis.disconnect()
  }
}
