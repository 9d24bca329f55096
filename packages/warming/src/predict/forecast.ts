import { Gate, type GateView } from './gate.ts'
import { Successors } from './successors.ts'
import { Window } from './window.ts'

/** What a forecast is made with. */
export interface ForecastSettings {
  /** Keys whose successors are known at a time. */
  readonly keys: number
  readonly precision: number
  readonly depth: number
  /** Reads within which a predicted key must be asked for. */
  readonly horizon: number
  /** Gives a key 32 bits, signed. */
  readonly hash: (key: string) => number
}

/** What a forecast asks of the cache it is for. */
export interface Surroundings {
  /** Whether memory has a key. */
  readonly holds: (key: string) => boolean
  /** Fetches a predicted key, and says so by `landed`; `false`: it cannot now. */
  readonly fetch: (prediction: Prediction) => boolean
  readonly onChange: (change: GateView) => void
}

/** The reads of one request, of which the last is enough. */
export class Trail {
  /** Its hash; 0 before the first. */
  last = 0
}

/** A key that is expected to be asked for soon. */
export interface Prediction {
  readonly key: string
}

interface Pending extends Prediction {
  readonly hash: number
  readonly gate: Gate
  /** The read after which it was made. */
  readonly at: number
  /** `shadow`: only to see whether it comes true. */
  state: 'shadow' | 'under way' | 'fetched'
  right: boolean | undefined
  /** The prediction made after this one. */
  next: Pending | undefined
  /** An earlier one of the same key, of another gate. */
  readonly before: Pending | undefined
}

export interface ForecastCounts {
  predicted: number
  prefetched: number
  used: number
  late: number
  dropped: number
}

const LEVELS = 8 - Successors.SURE
const MOST_SURE = 7

/**
 * Foretells reads from those before, and judges itself by what comes. It knows neither time nor tiers, so that the simulator runs it as
 * it is.
 */
export class Forecast {
  readonly counts: ForecastCounts = { predicted: 0, prefetched: 0, used: 0, late: 0, dropped: 0 }
  readonly fetched: Window = new Window(1000)
  readonly shadowed: Window = new Window(1000)
  readonly #successors: Successors
  readonly #gates: readonly (readonly Gate[])[]
  readonly #settings: ForecastSettings
  readonly #surroundings: Surroundings
  readonly #pending = new Map<number, Pending>()
  /** In the order they were made. */
  #first: Pending | undefined
  #last: Pending | undefined
  #reads = 0

  constructor(settings: ForecastSettings, surroundings: Surroundings) {
    this.#settings = settings
    this.#surroundings = surroundings
    this.#successors = new Successors(settings.keys)
    this.#gates = Array.from({ length: settings.depth }, (_, depth) =>
      Array.from(
        { length: LEVELS },
        (_, level) => new Gate(level + Successors.SURE, depth + 1, settings.precision),
      ),
    )
  }

  /** A key was read, and answered by `tier`. Without a trail it is only what was foretold, or was not. */
  read(key: string, tier: 'memory' | 'redis' | 'miss', trail: Trail | undefined): void {
    this.#reads++
    this.#expire()
    if (trail === undefined && this.#pending.size === 0) return
    const hash = this.#settings.hash(key) || 1
    if (this.#pending.size > 0) this.#settle(hash, tier)
    if (trail === undefined || trail.last === hash) return
    if (trail.last !== 0) this.#successors.learn(trail.last, hash, key)
    trail.last = hash
    this.#foretell(hash)
  }

  /** What became of a fetch: whether it brought something. */
  landed(prediction: Prediction, found: boolean): void {
    const pending = prediction as Pending
    if (pending.state !== 'under way') return
    pending.state = 'fetched'
    if (!found) pending.right ??= false
  }

  get size(): number {
    return this.#successors.size
  }

  get sure(): number {
    return this.#successors.sure
  }

  get on(): boolean {
    return this.#gates.some(levels => levels.some(({ open }) => open))
  }

  gates(): GateView[] {
    return this.#gates.flat().map(gate => gate.view())
  }

  #foretell(from: number): void {
    let at = from
    let sure = MOST_SURE
    for (const gates of this.#gates) {
      const slot = this.#successors.slotOf(at)
      if (slot === undefined) return
      sure = Math.min(sure, this.#successors.confidence(slot))
      at = this.#successors.next(slot)
      const key = this.#successors.text(slot)
      const gate = gates[sure - Successors.SURE]
      if (key === undefined || gate === undefined || at === from) return
      if (!this.#surroundings.holds(key)) this.#predict(at, key, gate)
    }
  }

  /** A key is predicted once by each gate, the farther ones first, until it is fetched. */
  #predict(hash: number, key: string, gate: Gate): void {
    const before = this.#pending.get(hash)
    for (let known = before; known !== undefined; known = known.before)
      if (known.gate === gate || known.state !== 'shadow') return
    const pending: Pending = {
      key,
      hash,
      gate,
      at: this.#reads,
      state: gate.open ? 'under way' : 'shadow',
      right: undefined,
      next: undefined,
      before,
    }
    if (gate.open && !this.#surroundings.fetch(pending)) {
      this.counts.dropped++
      return
    }
    if (before === undefined) this.counts.predicted++
    if (gate.open) this.counts.prefetched++
    this.#pending.set(hash, pending)
    if (this.#last === undefined) this.#first = pending
    else this.#last.next = pending
    this.#last = pending
  }

  #settle(hash: number, tier: 'memory' | 'redis' | 'miss'): void {
    for (let pending = this.#pending.get(hash); pending !== undefined; pending = pending.before) {
      if (pending.right !== undefined) continue
      const { state } = pending
      // To fetch what only a loader has would have been in vain.
      pending.right = tier === 'memory' || (tier === 'redis' && state !== 'fetched')
      if (state === 'shadow' || !pending.right) continue
      this.counts.used++
      if (tier === 'redis') this.counts.late++
    }
    this.#pending.delete(hash)
  }

  /**
   * Outcomes count in the order of the predictions. What is right is known at once and what is wrong only later: in the order they become
   * known, the first hundred would all be right.
   */
  #expire(): void {
    for (let first = this.#first; first !== undefined; first = first.next) {
      if (first.right === undefined) {
        if (this.#reads - first.at <= this.#settings.horizon) return
        first.right = false
        // What was predicted of this key later is of a prediction of its own.
        if (this.#pending.get(first.hash) === first) this.#pending.delete(first.hash)
      }
      this.#first = first.next
      if (first.next === undefined) this.#last = undefined
      this.#judge(first)
    }
  }

  #judge({ gate, state, right = false }: Pending): void {
    const window = state === 'shadow' ? this.shadowed : this.fetched
    window.add(right)
    // Of before the gate opened or closed, and told of already.
    if ((state !== 'shadow') !== gate.open) return
    if (!gate.judge(right)) return
    this.#surroundings.onChange(gate.view())
    gate.restart()
  }
}
