import { type ChildProcess, fork, type StdioOptions } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FromChild, ToChild } from './child.ts'
import type { Environment } from './contender.ts'

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: Error) => void
}

/** No preparation and no round takes this long: what does is broken, and must not hold up the run. */
const LONGEST_MS = 60_000

/** A contender in its own process, seen from here. */
export class Racer {
  readonly name: string
  readonly #child: ChildProcess
  readonly #waiting = new Map<number | undefined, Waiting>()
  #last = 0

  private constructor(name: string, child: ChildProcess) {
    this.name = name
    this.#child = child
    child.on('message', (message: FromChild) => this.#hear(message))
    child.on('exit', (code, signal) => this.#fail(`ended with ${signal ?? code}`))
    child.on('error', error => this.#fail(error.message))
  }

  /** Starts the contender of that name in a module's `contenders`; resolves when it is prepared. */
  static async start(module: URL, name: string, environment: Environment): Promise<Racer> {
    const entry = fileURLToPath(new URL('./child.ts', import.meta.url))
    const execArgv = [...process.execArgv, '--expose-gc']
    // Stdout is for results alone.
    const stdio: StdioOptions = ['ignore', 2, 2, 'ipc']
    const racer = new Racer(name, fork(entry, [module.href, name], { execArgv, stdio }))
    const prepared = racer.#answer<void>(undefined)
    racer.#say({ environment })
    try {
      await prepared
    } catch (error) {
      await racer.stop()
      throw error
    }
    return racer
  }

  /** Gives it a task; resolves with what it measured. */
  run<Answer>(task: unknown): Promise<Answer> {
    const id = ++this.#last
    const answer = this.#answer<Answer>(id)
    this.#say({ id, task })
    return answer
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = new Promise<void>(resolve => this.#child.once('exit', () => resolve()))
    this.#child.kill('SIGKILL')
    await gone
  }

  async #answer<Answer>(id: number | undefined): Promise<Answer> {
    const timer = setTimeout(() => {
      this.#fail(`did not answer within ${LONGEST_MS / 1000} s`)
      void this.stop() // it would take part in everything that comes
    }, LONGEST_MS)
    try {
      return await new Promise<Answer>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    } finally {
      clearTimeout(timer)
    }
  }

  #say(message: ToChild): void {
    this.#child.send(message, error => {
      if (error !== null) this.#fail(error.message)
    })
  }

  #hear(message: FromChild): void {
    const id = 'id' in message ? message.id : undefined
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if ('error' in message) waiting?.reject(new Error(`${this.name}: ${message.error}`))
    else waiting?.resolve(('answer' in message ? message.answer : undefined) as never)
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(`${this.name} ${why}`))
    this.#waiting.clear()
  }
}
