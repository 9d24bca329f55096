import { setTimeout as wait } from 'node:timers/promises'
import type { Cache } from '@tiercache/core'
import { type Sample, timed } from './sample.ts'
import { LOADER_MS } from './operations.ts'

const PAGES = 300
const EVERY_MS = 10
const READS = 3
const WRITE_EVERY = 10

/** What a service does all day: 300 reads a second of 300 pages that live for a second, and ten writes. */
export class Load {
  readonly samples: Sample[] = []
  readonly #cache: Cache
  #timer: NodeJS.Timeout | undefined
  #turn = 0
  readonly #running = new Set<Promise<void>>()

  constructor(cache: Cache) {
    this.#cache = cache
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), EVERY_MS)
  }

  /** Resolves when every call has settled. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await Promise.all(this.#running)
  }

  #tick(): void {
    const turn = this.#turn++
    for (let i = 0; i < READS; i++) this.#call(turn * READS + i, false)
    if (turn % WRITE_EVERY === 0) this.#call(turn * 7, true)
  }

  #call(n: number, isWrite: boolean): void {
    const page = n % PAGES
    const call = timed(`load: ${isWrite ? 'delete' : 'getOrSet'}`, isWrite ? 'write' : 'load', () =>
      isWrite ? this.#cache.delete(['page', page]) : this.#page(page),
    ).then(sample => {
      this.samples.push(sample)
    })
    this.#running.add(call)
    void call.finally(() => this.#running.delete(call))
  }

  async #page(page: number): Promise<void> {
    const options = page % 2 === 0 ? { ttl: 1000, grace: 60_000 } : { ttl: 1000 }
    const load = async (): Promise<string> => {
      await wait(LOADER_MS)
      return `page ${page}`
    }
    const found = await this.#cache.getOrSet(['page', page], load, options)
    if (found !== `page ${page}`) throw new Error(`page ${page} is ${String(found)}`)
  }
}
