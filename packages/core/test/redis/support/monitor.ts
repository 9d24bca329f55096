import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { SCRIPTS } from '../../../src/redis/scripts.ts'
import { until } from './until.ts'

const names = new Map(
  Object.entries(SCRIPTS).map(([name, lua]) => [
    createHash('sha1').update(lua).digest('hex'),
    name.replace('tiercache', '').toUpperCase(),
  ]),
)

/**
 * What a server is told about one namespace, command by command. Scripts appear under their own names; SYNC, which every instance sends
 * twice a second, does not appear.
 */
export class Monitor implements AsyncDisposable {
  readonly #monitor: Redis
  readonly #redis: Redis
  readonly #namespace: string
  #seen: string[] = []
  #inScripts: string[] = []
  #script = ''
  #marks = 0

  private constructor(redis: Redis, monitor: Redis, namespace: string) {
    this.#redis = redis
    this.#namespace = namespace
    this.#monitor = monitor
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      const command = (args[0] ?? '').toUpperCase()
      if (source === 'lua') this.#noteInScript(command, args)
      else if (command === 'ECHO') this.#seen.push(args[1] ?? '')
      else if (args.some(arg => arg.startsWith(`{${namespace}:`))) this.#note(command, args)
    })
  }

  static async of(url: string, namespace: string): Promise<Monitor> {
    const redis = new Redis(url)
    return new Monitor(redis, await redis.monitor(), namespace)
  }

  /** The commands that `work` and what it left running sent, in order. */
  async during(work: () => Promise<unknown>): Promise<string[]> {
    await this.#mark()
    this.#seen = []
    this.#inScripts = []
    await work()
    await this.#mark()
    return this.#seen.slice(0, -1)
  }

  /** As `during`, the commands that scripts gave meanwhile. */
  async inScripts(work: () => Promise<unknown>): Promise<string[]> {
    await this.during(work)
    return this.#inScripts
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#monitor.disconnect()
    this.#redis.disconnect()
    await Promise.resolve()
  }

  #note(command: string, args: readonly string[]): void {
    const isScript = command === 'EVALSHA' || command === 'EVAL'
    const name = isScript ? `${names.get(args[1] ?? '') ?? command}` : command
    this.#script = name
    if (name !== 'SYNC') this.#seen.push(name)
  }

  /** Of the script that was named last: a script runs alone. */
  #noteInScript(command: string, args: readonly string[]): void {
    if (this.#script !== 'SYNC' && args.some(arg => arg.startsWith(`{${this.#namespace}:`)))
      this.#inScripts.push(command)
  }

  /** The server tells a monitor what it does in the order it does it. */
  async #mark(): Promise<void> {
    const mark = `mark ${++this.#marks}`
    await this.#redis.echo(mark)
    await until('the monitor has caught up', () => this.#seen.at(-1) === mark)
  }
}
