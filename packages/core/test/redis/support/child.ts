import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { CacheOptions, Invalidation } from '../../../src/index.ts'

export type Call =
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly type: 'loaded'; readonly load: number; readonly value: unknown }

export type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'value'; readonly id: number; readonly value: unknown }
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'error'; readonly id: number; readonly message: string }
  | { readonly type: 'load'; readonly load: number; readonly key: string }

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

const script = fileURLToPath(new URL('child-cache.ts', import.meta.url))

/** A cache in a process of its own. Loaders run here: `onLoad` is asked for every value the child has to load. */
export class Child implements AsyncDisposable {
  onLoad: (key: string) => unknown = () => undefined
  readonly #process: ChildProcess
  readonly #pending = new Map<number, Pending>()
  readonly #done = new Map<number, PromiseWithResolvers<void>>()
  #next = 0

  private constructor(process: ChildProcess) {
    this.#process = process
    process.on('message', (answer: Answer) => this.#hear(answer))
    process.on('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('the child ended'))
    })
  }

  /** Options of the cache, as far as JSON can say them. */
  static async start(options: CacheOptions): Promise<Child> {
    const forked = fork(script, [JSON.stringify(options)], {
      execArgv: ['--conditions=@tiercache/source'],
      serialization: 'advanced',
    })
    const child = new Child(forked)
    await once(forked, 'message', { signal: AbortSignal.timeout(15_000) })
    return child
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  call<T = unknown>(method: string, ...args: unknown[]): Promise<T> {
    const id = this.#next++
    return new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#send({ type: 'call', id, method, args })
    }) as Promise<T>
  }

  get(key: string): Promise<unknown> {
    return this.call('get', key)
  }

  getOrSet(key: string): Promise<unknown> {
    return this.call('getOrSet', key)
  }

  /** A call that gives an `Invalidation`, such as `delete`. */
  async invalidate(method: string, ...args: unknown[]): Promise<Invalidation> {
    const id = this.#next
    const done = Promise.withResolvers<void>()
    done.promise.catch(() => {})
    this.#done.set(id, done)
    const { status } = await this.call<Invalidation>(method, ...args)
    return { status, done: done.promise }
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await gone
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }

  #hear(answer: Answer): void {
    switch (answer.type) {
      case 'ready':
        return
      case 'load':
        void this.#load(answer.load, answer.key)
        return
      case 'done':
        this.#done.get(answer.id)?.resolve()
        return
      default: {
        const pending = this.#pending.get(answer.id)
        this.#pending.delete(answer.id)
        if (answer.type === 'value') pending?.resolve(answer.value)
        else pending?.reject(new Error(answer.message))
      }
    }
  }

  async #load(load: number, key: string): Promise<void> {
    this.#send({ type: 'loaded', load, value: await this.onLoad(key) })
  }

  #send(call: Call): void {
    if (this.#process.connected) this.#process.send(call)
  }
}
