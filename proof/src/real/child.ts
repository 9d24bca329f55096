import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FromChild, ToChild } from './child-messages.ts'
import type { Contender, Counts, Hooks, Setting } from './contender.ts'
import type { ReadCall, ReadResult, WriteCall, WriteResult } from './operation.ts'

const SCRIPT = fileURLToPath(new URL('child-main.ts', import.meta.url))
const START_MS = 20_000

/** What a process tells of itself. */
export interface News {
  /** Something was thrown that nobody caught, or the process ended although nobody asked it to. */
  readonly onCrash: (message: string) => void
  readonly onStood: (instance: number, t0: number, t1: number) => void
}

interface Pending {
  readonly settle: (message: FromChild | undefined) => void
  readonly onDone?: (at: number) => void
}

/** A process with one instance. Loaders are answered from here. It can be frozen, killed, started again, blocked, and lied to about the time. */
export class Child {
  life = 0
  isUp = false
  readonly #contender: Contender
  readonly #setting: Setting
  readonly #hooks: (life: number) => Hooks
  readonly #news: News
  readonly #pending = new Map<number, Pending>()
  #process: ChildProcess | undefined
  #next = 0
  #expected = false

  constructor(contender: Contender, setting: Setting, hooks: (life: number) => Hooks, news: News) {
    this.#contender = contender
    this.#setting = setting
    this.#hooks = hooks
    this.#news = news
  }

  /** Resolves when its instance may be used. */
  async start(): Promise<void> {
    const forked = fork(SCRIPT, [], {
      execArgv: ['--conditions=@tiercache/source'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#process = forked
    this.#expected = false
    const hooks = this.#hooks(this.life)
    const ready = Promise.withResolvers<void>()
    ready.promise.catch(() => {})
    forked.on('message', (message: FromChild) => {
      if (message.type === 'ready') ready.resolve()
      else this.#hear(message, hooks)
      if (message.type === 'crash') ready.reject(new Error(message.message))
    })
    forked.on('exit', (code, signal) => {
      ready.reject(new Error(`instance ${this.#setting.instance} ended while it was started`))
      this.#ended(code, signal)
    })
    this.#send({ type: 'start', module: this.#contender.module, setting: this.#setting })
    const timer = setTimeout(() => ready.reject(new Error('the instance was not ready in 20 s')), START_MS)
    try {
      await ready.promise
    } finally {
      clearTimeout(timer)
    }
    this.isUp = true
  }

  async read(call: ReadCall): Promise<ReadResult | undefined> {
    const reply = await this.#ask(id => ({ type: 'read', id, call }))
    return reply?.type === 'read' ? reply.result : undefined
  }

  async write(call: WriteCall, onDone: (at: number) => void): Promise<WriteResult | undefined> {
    const reply = await this.#ask(id => ({ type: 'write', id, call }), onDone)
    return reply?.type === 'written' ? reply.result : undefined
  }

  async counts(): Promise<Counts> {
    const reply = await this.#ask(id => ({ type: 'counts', id }))
    return reply?.type === 'counts' ? reply.counts : {}
  }

  freeze(): void {
    this.#process?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process?.kill('SIGCONT')
  }

  /** From now on its wall clock is off by this. */
  shiftClock(shiftMs: number): void {
    this.#send({ type: 'clock', shiftMs })
  }

  /** Its event loop stands still. */
  block(ms: number): void {
    this.#send({ type: 'block', ms })
  }

  /** It dies as by a crash of the machine: nothing is closed, nothing is said. */
  async kill(): Promise<void> {
    const dying = this.#process
    if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return
    this.#expected = true
    this.isUp = false
    const gone = once(dying, 'exit')
    dying.kill('SIGKILL')
    await gone
  }

  /** Starts it again, with nothing in memory. */
  async restart(): Promise<void> {
    this.life++
    await this.start()
  }

  #ask(message: (id: number) => ToChild, onDone?: (at: number) => void): Promise<FromChild | undefined> {
    if (!this.isUp) return Promise.resolve(undefined)
    const id = this.#next++
    return new Promise(settle => {
      this.#pending.set(id, { settle, ...(onDone && { onDone }) })
      this.#send(message(id))
    })
  }

  #hear(message: FromChild, hooks: Hooks): void {
    switch (message.type) {
      case 'load':
        return void this.#load(message.id, message.key, hooks)
      case 'heard':
        return hooks.onHeard(message.names, message.at)
      case 'crash':
        return this.#news.onCrash(`instance ${this.#setting.instance}: ${message.message}`)
      case 'stood':
        return this.#news.onStood(this.#setting.instance, message.t0, message.t1)
      case 'done':
        this.#pending.get(message.id)?.onDone?.(message.at)
        return void this.#pending.delete(message.id)
      case 'ready':
        return
      default: {
        const pending = this.#pending.get(message.id)
        // What was deferred is heard of again.
        if (
          pending?.onDone === undefined ||
          (message.type === 'written' && message.result.status === 'failed')
        )
          this.#pending.delete(message.id)
        pending?.settle(message)
      }
    }
  }

  async #load(id: number, key: string, hooks: Hooks): Promise<void> {
    try {
      this.#send({ type: 'loaded', id, row: await hooks.load(key) })
    } catch (error) {
      this.#send({ type: 'failed', id, message: error instanceof Error ? error.message : undefined })
    }
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.isUp = false
    if (!this.#expected)
      this.#news.onCrash(`instance ${this.#setting.instance}: the process ended (${code ?? signal})`)
    for (const { settle } of this.#pending.values()) settle(undefined)
    this.#pending.clear()
  }

  #send(message: ToChild): void {
    // A process that has just died is found out by its end.
    if (this.#process?.connected) this.#process.send(message, () => {})
  }
}
