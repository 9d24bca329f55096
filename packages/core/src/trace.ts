import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { checkNames, optionError, whole } from './checks.ts'
import type { Clock } from './clock.ts'
import type { Events } from './events.ts'
import { hashUnder } from './memory/hash.ts'
import type { MemoryTier } from './memory/tier.ts'

/** How much a trace may hold. */
export interface TraceOptions {
  /** Reads after which it ends by itself. Default 1 000 000. */
  readonly maxReads?: number
  /** Different keys before it ends by itself, each about 60 bytes of memory while it goes on. Default 200 000. */
  readonly maxKeys?: number
}

/** What became of a trace. */
export interface TraceSummary {
  readonly reads: number
  readonly keys: number
  /** `full`: a limit was reached. `behind`: the disk took it too slowly. `failed`: it could not be written, and an `error` event says why. */
  readonly ended: 'stopped' | 'full' | 'behind' | 'failed'
}

/** A trace that is being written. */
export interface TraceRecording {
  /** Resolves when its files are complete, for whatever reason. Never rejects. */
  readonly done: Promise<TraceSummary>
  /** Ends it. */
  stop(): Promise<TraceSummary>
}

/** What a recording looks at. */
export interface Traced {
  readonly events: Events
  readonly clock: Clock
  readonly memory: MemoryTier
  /** Only keys that begin with it. */
  readonly prefix: string
}

const CHUNK = 16_384
const LONGEST_VARINT = 8
/** Bytes that may wait for compression and disk. */
const MAX_WAITING = 4_194_304

/** See `Cache.recordTrace`. Throws `CacheError` for options that cannot be. */
export function recordTrace(file: string, options: TraceOptions, traced: Traced): TraceRecording {
  checkNames(options, ['maxReads', 'maxKeys'], '')
  if (typeof file !== 'string' || file === '')
    throw optionError('file', file, 'must be the path of a file, without its ending')
  return new Recording(
    file,
    whole(options.maxReads, 1_000_000, 'maxReads', 1, 1_000_000_000),
    whole(options.maxKeys, 200_000, 'maxKeys', 1, 10_000_000),
    traced,
  )
}

class Recording implements TraceRecording {
  readonly done: Promise<TraceSummary>
  readonly #maxReads: number
  readonly #maxKeys: number
  readonly #traced: Traced
  readonly #keys: Varints
  readonly #times: Varints
  readonly #sizesFile: Varints
  readonly #numbers = new Map<number, number>()
  readonly #sizes: number[] = []
  readonly #numberOf: (key: string) => number
  readonly #finished = Promise.withResolvers<TraceSummary>()
  readonly #listening: readonly (() => void)[]
  #reads = 0
  #lastAt: number
  #ended: TraceSummary['ended'] | undefined

  constructor(file: string, maxReads: number, maxKeys: number, traced: Traced) {
    this.done = this.#finished.promise
    this.#maxReads = maxReads
    this.#maxKeys = maxKeys
    this.#traced = traced
    this.#lastAt = traced.clock.now()
    this.#numberOf = longHash()
    const open = (kind: string): Varints =>
      new Varints(`${file}.${kind}.gz`, error => {
        traced.events.emit('error', { operation: 'trace', error })
        void this.#end('failed')
      })
    this.#keys = open('keys')
    this.#times = open('times')
    this.#sizesFile = open('sizes')
    const { events, prefix } = traced
    const read = ({ key }: { readonly key: string }): void => {
      if (key.startsWith(prefix)) this.#read(key)
    }
    const stored = ({ key }: { readonly key: string }): void => {
      if (key.startsWith(prefix)) this.#weigh(this.#numbers.get(this.#numberOf(key)), key)
    }
    this.#listening = [events.on('hit', read), events.on('miss', read), events.on('set', stored)]
  }

  stop(): Promise<TraceSummary> {
    return this.#end('stopped')
  }

  #read(key: string): void {
    const hash = this.#numberOf(key)
    const known = this.#numbers.get(hash)
    if (this.#reads >= this.#maxReads || (known === undefined && this.#numbers.size >= this.#maxKeys))
      return void this.#end('full')
    const number = known ?? this.#numbers.size
    if (known === undefined) {
      this.#numbers.set(hash, number)
      this.#sizes.push(0)
    }
    if (this.#sizes[number] === 0) this.#weigh(number, key)
    const now = this.#traced.clock.recent()
    this.#keys.add(number)
    this.#times.add(Math.max(0, now - this.#lastAt))
    this.#lastAt = now
    this.#reads++
    if (this.#keys.waiting > MAX_WAITING) void this.#end('behind')
  }

  #weigh(number: number | undefined, key: string): void {
    const bytes = this.#traced.memory.peek(key)?.bytes
    if (number !== undefined && bytes !== undefined)
      this.#sizes[number] = Math.max(this.#sizes[number] ?? 0, bytes)
  }

  async #end(ended: TraceSummary['ended']): Promise<TraceSummary> {
    if (this.#ended !== undefined) return this.done
    this.#ended = ended
    for (const stop of this.#listening) stop()
    for (const size of this.#sizes) this.#sizesFile.add(size)
    const files = [this.#keys, this.#times, this.#sizesFile]
    const written = await Promise.all(files.map(file => file.end()))
    const summary: TraceSummary = {
      reads: this.#reads,
      keys: this.#sizes.length,
      ended: written.every(Boolean) ? ended : 'failed',
    }
    this.#numbers.clear()
    this.#finished.resolve(summary)
    return summary
  }
}

/** A gzip file of whole numbers, seven bits a byte, low ones first (LEB128). It compresses and writes behind the caller. */
class Varints {
  readonly #gzip = createGzip()
  readonly #written: Promise<boolean>
  #chunk = Buffer.allocUnsafe(CHUNK)
  #used = 0

  constructor(file: string, onError: (error: unknown) => void) {
    this.#written = pipeline(this.#gzip, createWriteStream(file)).then(
      () => true,
      (error: unknown) => {
        onError(error)
        return false
      },
    )
  }

  add(value: number): void {
    if (this.#used + LONGEST_VARINT > CHUNK) this.#flush()
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#chunk[this.#used++] = (rest % 128) | 128
    this.#chunk[this.#used++] = rest
  }

  /** Bytes that are neither compressed nor written. */
  get waiting(): number {
    return this.#gzip.writableLength
  }

  /** Resolves with whether all of it was written. */
  end(): Promise<boolean> {
    this.#flush()
    if (!this.#gzip.destroyed) this.#gzip.end()
    return this.#written
  }

  #flush(): void {
    if (this.#used > 0 && !this.#gzip.destroyed) this.#gzip.write(this.#chunk.subarray(0, this.#used))
    this.#chunk = Buffer.allocUnsafe(CHUNK)
    this.#used = 0
  }
}

/** A hash to 53 bits under a secret of this recording: two keys of a million meet once in ten thousand recordings. */
function longHash(): (text: string) => number {
  const secret = randomBytes(16)
  const high = hashUnder(secret.readInt32LE(0), secret.readInt32LE(4))
  const low = hashUnder(secret.readInt32LE(8), secret.readInt32LE(12))
  return text => high(text) * 2 ** 21 + (low(text) >>> 11)
}
