import type { Socket } from 'node:net'
import type { Direction } from './link.ts'
import { now } from './monotonic.ts'

interface Piece {
  readonly bytes: Buffer
  /** When it may arrive; and when it might have, had the link been fast. */
  due: number
  readonly soonest: number
}

/** How many pieces may arrive in one turn of the event loop, so that a link of single bytes lets others live. */
const PIECES_PER_TURN = 64
/**
 * What was left behind by a sender that has closed is sent again, by its system, only some time after the network is well: TCP waits
 * twice as long before every try. Newer connections are faster.
 */
const LEFT_BEHIND_MS = 500
/** Bytes that a slow link lets through at once. */
const SLOW_PIECE = 256

/**
 * One direction of a connection through a fault proxy. Bytes stay in order whatever changes meanwhile: a link that reorders or drops
 * some would hand a reply to the wrong request, which no real network does. What was sent before the sender closed still arrives,
 * however late, as it does in a real network.
 */
export class Stream {
  /** Looks at the direction again after it was changed. */
  readonly changed: () => void
  readonly #pump: () => void
  readonly #to: Socket
  readonly #direction: () => Direction
  readonly #pieces: Piece[] = []
  #timer: NodeJS.Timeout | undefined
  #turn: NodeJS.Immediate | undefined
  #freeAt = 0
  #ends = false
  #isLeftBehind = false

  constructor(to: Socket, direction: () => Direction) {
    this.#to = to
    this.#direction = direction
    this.#pump = () => {
      this.#stop()
      this.#flow()
    }
    this.changed = () => {
      // What has piled up in front of a slow link is through at once when the link is fast again.
      if (this.#direction().bytesPerSecond === 0) for (const piece of this.#pieces) piece.due = piece.soonest
      this.#freeAt = 0
      this.#pump()
    }
  }

  push(bytes: Buffer): void {
    const { delayMs, bytesPerSecond, pieces } = this.#direction()
    const size = pieces || (bytesPerSecond > 0 ? SLOW_PIECE : bytes.length)
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size)
      const from = Math.max(now(), this.#freeAt)
      this.#freeAt = bytesPerSecond > 0 ? from + (piece.length / bytesPerSecond) * 1000 : 0
      this.#pieces.push({
        bytes: piece,
        due: Math.max(from, this.#freeAt) + delayMs,
        soonest: now() + delayMs,
      })
    }
    if (this.#timer === undefined && this.#turn === undefined) this.#flow()
  }

  /** Nothing more comes. The other side hears of it when all has arrived. */
  end(): void {
    this.#ends = true
    this.#isLeftBehind ||= this.#direction().silent && this.#pieces.length > 0
    this.#pump()
  }

  /** What is on its way is lost. */
  drop(): void {
    this.#pieces.length = 0
    this.#stop()
  }

  #stop(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#turn)
    this.#timer = undefined
    this.#turn = undefined
  }

  #flow(): void {
    if (this.#direction().silent) return
    if (this.#isLeftBehind) {
      this.#isLeftBehind = false
      this.#timer = setTimeout(this.#pump, LEFT_BEHIND_MS)
      return
    }
    let sent = 0
    for (let next = this.#pieces[0]; next !== undefined; next = this.#pieces[0]) {
      const early = next.due - now()
      if (early > 0) {
        this.#timer = setTimeout(this.#pump, early)
        return
      }
      if (++sent > PIECES_PER_TURN) {
        this.#turn = setImmediate(this.#pump)
        return
      }
      this.#pieces.shift()
      if (this.#to.writable) this.#to.write(next.bytes)
    }
    if (this.#ends && this.#to.writable) this.#to.end()
  }
}
