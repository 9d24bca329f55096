import type { VirtualTime } from './virtual-time.ts'

/** What one direction of an instance's network does to everything that passes it. It outlives connections and processes. */
export interface Direction {
  /** Nothing arrives until it is opened again; nothing is lost, as TCP sends it again. */
  isBlocked: boolean
  /** Share of what is sent that gets lost without a word. */
  lossShare: number
  /** Added to every delay. */
  extraMs: number
}

/** A direction without faults. */
export function clear(): Direction {
  return { isBlocked: false, lossShare: 0, extraMs: 0 }
}

/** One direction of one connection: what is sent arrives in the order it was sent, each thing after its delay. */
export class Wire {
  readonly #time: VirtualTime
  readonly #direction: Direction
  readonly #delayMs: () => number
  readonly #loses: () => number
  #waiting: (() => void)[] = []
  #due = 0
  #underWay = 0
  #isCut = false

  constructor(time: VirtualTime, direction: Direction, delayMs: () => number, loses: () => number) {
    this.#time = time
    this.#direction = direction
    this.#delayMs = delayMs
    this.#loses = loses
  }

  get isCut(): boolean {
    return this.#isCut
  }

  /** What has been sent and neither arrived nor got lost. */
  get underWay(): number {
    return this.#underWay + this.#waiting.length
  }

  send(arrive: () => void): void {
    if (this.#isCut || this.#loses() < this.#direction.lossShare) return
    this.#due = Math.max(this.#due, this.#time.now + this.#delayMs() + this.#direction.extraMs)
    this.#arriveAt(this.#due, arrive)
  }

  /** The direction is open again: what has waited arrives. */
  flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const arrive of waiting) this.#arriveAt(this.#time.now, arrive)
  }

  /** Nothing arrives any more. */
  cut(): void {
    this.#isCut = true
    this.#waiting = []
  }

  #arriveAt(due: number, arrive: () => void): void {
    this.#underWay++
    this.#time.at(due, () => {
      this.#underWay--
      if (this.#isCut) return
      if (this.#direction.isBlocked || this.#waiting.length > 0) this.#waiting.push(arrive)
      else arrive()
    })
  }
}
