import { type RedisServer, startRedis } from '@tiercache/redis-server'
import { Redis } from 'ioredis'
import { Link } from './link.ts'
import { until } from './until.ts'

const USER = 'app'
export const PASSWORD = 'right'

const SETTINGS = `save ""
appendonly no
enable-debug-command yes
busy-reply-threshold 50
loading-process-events-interval-bytes 1024
user ${USER} on >${PASSWORD} ~* &* +@all
`

/** A Redis of its own, the link an application reaches it by, and an operator who can always reach it. */
export class Scene implements AsyncDisposable {
  readonly link: Link
  readonly operator: Redis
  #server: RedisServer
  #up = true

  private constructor(server: RedisServer, link: Link) {
    this.#server = server
    this.link = link
    this.operator = this.connect()
  }

  static async set(): Promise<Scene> {
    const server = await launch(undefined)
    const scene = new Scene(server, await Link.to(server.port))
    await until('the operator is connected', 5000, () => scene.operator.status === 'ready')
    return scene
  }

  /** What an application is configured with. */
  get url(): string {
    return `redis://${USER}:${PASSWORD}@127.0.0.1:${this.link.port}`
  }

  /** Past the link, as a user nobody touches. */
  get directUrl(): string {
    return this.#server.url
  }

  get port(): number {
    return this.#server.port
  }

  /** One more connection of the operator's. */
  connect(): Redis {
    const redis = new Redis(this.directUrl, {
      retryStrategy: () => 20,
      enableReadyCheck: false,
      maxRetriesPerRequest: 0,
    })
    redis.on('error', () => {})
    return redis
  }

  /** A command in the operator's name. */
  tell(command: string, ...args: (string | number)[]): Promise<unknown> {
    return this.operator.call(command, ...args)
  }

  /** Ends the application's connections, not the operator's or anybody else's. */
  async killConnections(): Promise<void> {
    await this.tell('CLIENT', 'KILL', 'USER', USER)
  }

  /** Changes what the application may do. */
  async allow(...rules: string[]): Promise<void> {
    await this.tell('ACL', 'SETUSER', USER, ...rules)
  }

  freeze(): void {
    process.kill(this.#server.pid, 'SIGSTOP')
  }

  thaw(): void {
    process.kill(this.#server.pid, 'SIGCONT')
  }

  async kill(): Promise<void> {
    this.#up = false
    await this.#server.stop()
  }

  /** At the same port, with nothing in it. */
  async restart(): Promise<void> {
    this.#server = await launch(this.#server.port)
    this.#up = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.operator.disconnect()
    if (this.#up) this.thaw()
    await Promise.all([this.link[Symbol.asyncDispose](), this.#server.stop()])
  }
}

function launch(port: number | undefined): Promise<RedisServer> {
  const files = { 'redis.conf': SETTINGS }
  return startRedis([], { config: 'redis.conf', files, ...(port !== undefined && { port }) })
}
