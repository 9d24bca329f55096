import 'reflect-metadata'
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common'
import type { HeldCache } from './held-cache.ts'
import { OWN_CACHE } from './tokens.ts'

/** Closes the module's own cache when the application has closed, with what is deferred sent. */
export class Shutdown implements OnApplicationShutdown {
  readonly #held: HeldCache

  constructor(held: HeldCache) {
    this.#held = held
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#held.own) await this.#held.cache.close()
  }
}

Injectable()(Shutdown)
Inject(OWN_CACHE)(Shutdown, undefined, 0)
