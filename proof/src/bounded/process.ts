import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Application } from './application.ts'
import type { Answer, Order } from './child.ts'

const SCRIPT = fileURLToPath(new URL('child.ts', import.meta.url))
const FLAGS = [
  '--conditions=@tiercache/source',
  '--unhandled-rejections=strict',
  '--trace-deprecation',
  '--expose-gc',
]

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
  /** From its last answer until its end. */
  readonly ms: number
  /** All it ever printed: nothing, if all was well. */
  readonly output: string
}

type Method<K extends keyof Application> = Application[K]

/** An application in a process of its own, where anything it leaves unhandled is fatal. */
export class ApplicationProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #exit: Promise<[number | null, string | null]>
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>()
  #output = ''
  #answeredAt = 0
  #id = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#exit = once(child, 'exit') as Promise<[number | null, string | null]>
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text: Buffer) => (this.#output += text.toString()))
    child.on('message', message => this.#hear(message as Answer | 'up'))
    child.once('exit', (code, signal) => {
      const why = new Error(`The application ended (${code ?? signal}): ${this.#output.slice(-2000)}`)
      for (const { reject } of this.#asked.values()) reject(why)
    })
  }

  static async start(url: string, namespace: string): Promise<ApplicationProcess> {
    const child = fork(SCRIPT, [url, namespace], {
      execArgv: FLAGS,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    const application = new ApplicationProcess(child)
    await Promise.race([once(child, 'message'), application.#exit])
    return application
  }

  /** Calls a method over there. Rejects as it does, or when the process ends. */
  ask<K extends keyof Application>(
    name: K,
    ...args: Parameters<Method<K>>
  ): Promise<Awaited<ReturnType<Method<K>>>> {
    const order: Order = { id: this.#id++, name, args }
    const asked = Promise.withResolvers<unknown>()
    this.#asked.set(order.id, asked)
    this.#child.send(order, error => {
      if (error) asked.reject(error)
    })
    return asked.promise as Promise<Awaited<ReturnType<Method<K>>>>
  }

  /** Waits for it to end by itself; after `ms` it is killed, and its ending says so. */
  async ended(ms: number): Promise<Ending> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), ms)
    const [code, signal] = await this.#exit
    clearTimeout(timer)
    return { code, signal, ms: performance.now() - this.#answeredAt, output: this.#output }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }

  #hear(message: Answer | 'up'): void {
    if (message === 'up') return
    this.#answeredAt = performance.now()
    const asked = this.#asked.get(message.id)
    this.#asked.delete(message.id)
    if ('error' in message) asked?.reject(new Error(message.error))
    else asked?.resolve(message.value)
  }
}
