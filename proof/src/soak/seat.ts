import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { News, Order, Sample, Setup } from './messages.ts'

const script = fileURLToPath(new URL('instance.ts', import.meta.url))
const START_MS = 30_000
const END_MS = 10_000

type Of<T extends News['type']> = Extract<News, { type: T }>

/** What a soak hears from its instances without having asked. */
export interface Hears {
  facts(instance: number, facts: Of<'facts'>): void
  violation(instance: number, text: string): void
  died(instance: number, how: string): void
}

/** An instance, seen from the soak. */
export class Seat {
  readonly instance: number
  readonly #process: ChildProcess
  #words = ''
  #ending = false

  private constructor(instance: number, process: ChildProcess, hears: Hears) {
    this.instance = instance
    this.#process = process
    process.stderr?.on(
      'data',
      (chunk: Buffer) => (this.#words = (this.#words + chunk.toString()).slice(-2000)),
    )
    process.on('message', (news: News) => {
      if (news.type === 'facts') hears.facts(instance, news)
      if (news.type === 'violation') hears.violation(instance, news.text)
    })
    process.on('exit', (code, signal) => {
      if (!this.#ending) hears.died(instance, `${signal ?? `status ${code}`}\n${this.#words}`)
    })
  }

  static async start(setup: Setup, hears: Hears): Promise<Seat> {
    const process = fork(script, [JSON.stringify(setup)], {
      execArgv: ['--expose-gc', '--conditions=@tiercache/source'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const seat = new Seat(setup.instance, process, hears)
    await seat.#news('ready', START_MS)
    return seat
  }

  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  order(order: Order): void {
    if (this.#process.connected) this.#process.send(order)
  }

  /** The answer to an order; `undefined` where there is none in time. */
  async ask<T extends News['type']>(order: Order, answer: T, ms: number): Promise<Of<T> | undefined> {
    if (!this.isAlive) return undefined
    const answering = this.#news(answer, ms)
    this.order(order)
    return answering
  }

  async sample(tables: boolean, ms: number): Promise<Sample | undefined> {
    return (await this.ask({ type: 'sample', tables }, 'sample', ms))?.sample
  }

  async end(): Promise<void> {
    this.#ending = true
    if (!this.isAlive) return
    const gone = once(this.#process, 'exit')
    this.order({ type: 'end' })
    const late = setTimeout(() => this.#process.kill('SIGKILL'), END_MS)
    await gone
    clearTimeout(late)
  }

  #news<T extends News['type']>(type: T, ms: number): Promise<Of<T> | undefined> {
    return new Promise(resolve => {
      const end = (news: Of<T> | undefined): void => {
        clearTimeout(timer)
        this.#process.off('message', hear).off('exit', gone)
        resolve(news)
      }
      const hear = (news: News): void => {
        if (news.type === type) end(news as Of<T>)
      }
      const gone = (): void => end(undefined)
      const timer = setTimeout(gone, ms)
      this.#process.on('message', hear).on('exit', gone)
    })
  }
}
