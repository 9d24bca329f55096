import { AsyncLocalStorage } from 'node:async_hooks'
import type { Cache } from '@tiercache/core'
import { prefixOf } from '../prefix.ts'
import { Forecast, type Prediction, Trail } from './forecast.ts'
import type { GateView } from './gate.ts'
import { rememberingHash } from './hashes.ts'
import { type PredictOptions, type PredictSettings, resolvePredictOptions } from './options.ts'

/** How a predictor does. Counts are since it was made. */
export interface PredictionStats {
  /** Whether anything is being fetched ahead: whether a gate is open. */
  readonly on: boolean
  /** Keys whose successors are known. */
  readonly keys: number
  /** Of these, those sure enough to be predicted, whose texts are kept. */
  readonly sure: number
  /** Keys that memory lacked and that were expected to be asked for. */
  readonly predicted: number
  /** Predicted keys that were fetched. */
  readonly prefetched: number
  /** Fetched keys that were then asked for, within 1000 reads and while memory had them. */
  readonly used: number
  /** Used ones that were still on their way: their readers waited, for less than a round trip. */
  readonly late: number
  /** Predicted keys that were not fetched because Redis was away or `atOnce` under way. */
  readonly dropped: number
  /** The share of the last 1000 fetched keys that were used; `undefined` before the first is judged. */
  readonly precision: number | undefined
  /** The same of predictions that were not fetched, but only watched. */
  readonly shadowPrecision: number | undefined
  /** How each kind of prediction does. */
  readonly gates: readonly GateView[]
}

/** Reads within which a fetched key must be asked for. */
const HORIZON = 1000
/** For one in so many of the keys whose successors are known the hash is kept as well. */
const HASHES = 8

/**
 * Fetches from Redis into memory what a request is about to ask for. Made by `predict`. It only ever makes a read faster or fetches
 * something in vain: values, their lifetimes and their coherence are those of any read.
 */
export class Predictor {
  readonly #cache: Cache
  readonly #settings: PredictSettings
  readonly #forecast: Forecast
  readonly #requests = new AsyncLocalStorage<Trail>()
  readonly #process: Trail | undefined
  readonly #undo: (() => void)[] = []
  #queue: Prediction[] = []
  #underWay = 0
  #away = false

  /** Use `predict`. */
  constructor(cache: Cache, options: PredictOptions) {
    const settings = resolvePredictOptions(cache, options)
    this.#cache = cache
    this.#settings = settings
    this.#process = settings.context === 'process' ? new Trail() : undefined
    this.#forecast = new Forecast(
      {
        keys: settings.keys,
        precision: settings.precision,
        depth: settings.depth,
        horizon: HORIZON,
        hash: rememberingHash(Math.ceil(settings.keys / HASHES)),
      },
      {
        holds: key => cache.holdsPrinted(key),
        fetch: prediction => this.#fetch(prediction),
        onChange: change => this.#tell(change),
      },
    )
    this.#look()
    // Without Redis there is nowhere to fetch from.
    if (cache.stats().coherence !== 'memory-only') this.#listen()
  }

  /**
   * Runs a function as one request: what it reads, also after its awaits, is learned from and followed by itself. Within another one it is
   * part of that. Returns what the function returns.
   */
  within<T>(fn: () => T): T {
    if (this.#undo.length === 0 || this.#process !== undefined || this.#requests.getStore() !== undefined)
      return fn()
    return this.#requests.run(new Trail(), fn)
  }

  stats(): PredictionStats {
    const { on, size, sure, counts, fetched, shadowed } = this.#forecast
    return {
      on,
      keys: size,
      sure,
      ...counts,
      precision: fetched.share,
      shadowPrecision: shadowed.share,
      gates: this.#forecast.gates(),
    }
  }

  /** Stops learning and fetching. `within` still runs what it is given. */
  stop(): void {
    for (const undo of this.#undo.splice(0)) undo()
    this.#queue = []
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  #listen(): void {
    const prefix = prefixOf(this.#cache)
    const read = (key: string, tier: 'memory' | 'redis' | 'miss'): void => {
      if (key.startsWith(prefix)) this.#forecast.read(key, tier, this.#process ?? this.#requests.getStore())
    }
    this.#undo.push(
      this.#cache.on('hit', ({ key, tier }) => read(key, tier)),
      this.#cache.on('miss', ({ key }) => read(key, 'miss')),
      this.#cache.on('coherence', () => this.#look()),
      this.#cache.on('breaker', () => this.#look()),
    )
  }

  #look(): void {
    const { coherence, breaker } = this.#cache.stats()
    this.#away = coherence === 'degraded' || breaker !== 'closed'
  }

  /** Takes a key along with all that are predicted in this turn of the event loop, unless there are too many already. */
  #fetch(prediction: Prediction): boolean {
    if (this.#away || this.#underWay >= this.#settings.atOnce) return false
    this.#underWay++
    if (this.#queue.push(prediction) === 1) this.#cache.clock.soon(() => void this.#send())
    return true
  }

  async #send(): Promise<void> {
    const batch = this.#queue
    this.#queue = []
    const keys = batch.map(({ key }) => key)
    // It does not reject for keys that were read before.
    const missing = new Set(await this.#cache.hydratePrinted(keys).catch(() => keys))
    this.#underWay -= batch.length
    for (const prediction of batch) this.#forecast.landed(prediction, !missing.has(prediction.key))
  }

  #tell(change: GateView): void {
    try {
      this.#settings.onChange(change)
    } catch (error) {
      process.emitWarning(`onChange of a predictor failed: ${String(error)}`, 'TiercacheWarning')
    }
  }
}

/**
 * Learns which key requests ask for after which, and brings it from Redis into memory before they do: off until, and only while, at
 * least 90 % of what it fetches is asked for. It loads nothing. Throws `CacheError` `E_OPTION` for options that cannot be.
 */
export function predict(cache: Cache, options: PredictOptions = {}): Predictor {
  return new Predictor(cache, options)
}
