import type { FakeHistory } from './fake-history.ts'
import type { FakeServer } from './fake-partition.ts'

interface Kept {
  readonly bytes: Buffer
  readonly until: number
}

/** The layouts of a namespace; the first of its partitions has them. */
export class FakeLayouts {
  readonly #server: FakeServer
  readonly #history: FakeHistory
  readonly #kept = new Map<string, Kept>()

  constructor(server: FakeServer, history: FakeHistory) {
    this.#server = server
    this.#history = history
  }

  read(name: string): Buffer | undefined {
    const kept = this.#kept.get(name)
    return kept !== undefined && this.#server.clock.now() < kept.until ? Buffer.from(kept.bytes) : undefined
  }

  keep(name: string, bytes: Buffer, keepMs: number): void {
    if (this.#server.full) throw outOfMemory()
    const until = this.#server.clock.now() + keepMs
    this.#history.put(this.#kept, name, { bytes: Buffer.from(bytes), until })
  }

  /** All are gone, as by eviction. */
  lose(): void {
    for (const name of this.#kept.keys()) this.#history.put(this.#kept, name, undefined)
  }

  /** Puts bytes in the place of each. */
  poison(bytes: Buffer): void {
    for (const [name, kept] of this.#kept) this.#history.put(this.#kept, name, { ...kept, bytes })
  }

  /** All are gone, and no failover brings them back. */
  clear(): void {
    this.#kept.clear()
  }
}

export function outOfMemory(): Error {
  return new Error("OOM command not allowed when used memory > 'maxmemory'.")
}
