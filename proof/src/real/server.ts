import { type RedisServer, startRedis } from '@tiercache/redis-server'
import { Redis } from 'ioredis'

const TELL_MS = 3000

/** A server that may be frozen, killed and told things, whatever state it is in. */
export class Server {
  readonly port: number
  readonly url: string
  readonly #ca: string | undefined
  #process: RedisServer
  #args: readonly string[]

  constructor(process: RedisServer, args: readonly string[] = [], ca?: string) {
    this.#process = process
    this.#args = args
    this.#ca = ca
    this.port = process.port
    this.url = process.url
  }

  /** It stops answering, its connections stay. */
  freeze(): void {
    process.kill(this.#process.pid, 'SIGSTOP')
  }

  thaw(): void {
    process.kill(this.#process.pid, 'SIGCONT')
  }

  /** It dies, and connections to its port are refused. */
  async kill(): Promise<void> {
    await this.#process.stop()
  }

  /** At the same port, with nothing in it. */
  async restart(args: readonly string[] = this.#args): Promise<void> {
    this.#process = await startRedis(args, { port: this.port })
  }

  /** Runs commands on a connection of its own, one after the other; rejects when one is refused or takes seconds. */
  async tell(...commands: readonly (readonly [string, ...(string | Buffer)[]])[]): Promise<unknown[]> {
    const redis = new Redis(this.url, {
      ...(this.#ca !== undefined && { tls: { ca: this.#ca } }),
      enableReadyCheck: false,
      retryStrategy: () => null,
      commandTimeout: TELL_MS,
      connectTimeout: TELL_MS,
    })
    redis.on('error', () => {})
    try {
      const replies: unknown[] = []
      for (const [name, ...args] of commands) replies.push(await redis.call(name, ...args))
      return replies
    } finally {
      redis.disconnect()
    }
  }

  async stop(): Promise<void> {
    await this.#process.stop()
  }
}
