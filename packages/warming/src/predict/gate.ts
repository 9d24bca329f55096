import { Window } from './window.ts'

/** Predictions of one kind: how sure, and how far ahead. */
export interface GateView {
  /** From 2 to 7: of the least sure step on the way. */
  readonly confidence: number
  /** How many reads ahead, from 1. */
  readonly depth: number
  /** Whether they are fetched. */
  readonly open: boolean
  /** The share of the last ones that were right, fetched or not; `undefined` before the first is judged. */
  readonly precision: number | undefined
}

const WINDOW = 300
/** Nothing is decided on fewer outcomes, but what more of them cannot change. */
const LEAST = 100
/** How much of what is missing to always being right must be there beyond the goal for a gate to open. */
const MARGIN = 0.2
/** The most that is asked of a gate that keeps disappointing. */
const MOST = 10_000

/**
 * Lets predictions of one kind pass while enough of them are right. It is closed at first; closed or open, it goes on judging. What comes
 * true is not all it takes: a fetched key may find no room to wait in. So a gate that closes soon after it opened needs twice the
 * evidence the next time.
 */
export class Gate {
  readonly #confidence: number
  readonly #depth: number
  readonly #closesBelow: number
  readonly #opensAt: number
  readonly #window = new Window(WINDOW)
  #open = false
  /** Outcomes that it takes to open. */
  #needs = LEAST

  constructor(confidence: number, depth: number, precision: number) {
    this.#confidence = confidence
    this.#depth = depth
    this.#closesBelow = precision
    this.#opensAt = precision + (1 - precision) * MARGIN
  }

  get open(): boolean {
    return this.#open
  }

  /** A prediction was right or wrong. `true`: the gate opened or closed because of it. */
  judge(right: boolean): boolean {
    this.#window.add(right)
    const moves = this.#open ? this.#fails() : this.#proves()
    if (!moves) return false
    if (this.#open) this.#needs = this.#window.judged > WINDOW ? LEAST : Math.min(MOST, 2 * this.#needs)
    this.#open = !this.#open
    return true
  }

  /** Forgets what it has judged: it was under other circumstances. */
  restart(): void {
    this.#window.clear()
  }

  view(): GateView {
    const [confidence, depth] = [this.#confidence, this.#depth]
    return { confidence, depth, open: this.#open, precision: this.#window.share }
  }

  #proves(): boolean {
    const { judged, share = 0 } = this.#window
    return judged >= this.#needs && share >= this.#opensAt
  }

  #fails(): boolean {
    const { judged, bad } = this.#window
    return 1 - bad / Math.min(WINDOW, Math.max(LEAST, judged)) < this.#closesBelow
  }
}
