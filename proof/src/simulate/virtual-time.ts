/** Takes an event back that has not happened yet. */
export type Cancel = () => void

interface Event {
  readonly at: number
  readonly order: number
  run: (() => void) | undefined
}

/** So often the real event loop gets a turn, which is when Node.js tells of rejections that nobody handles. */
const EVENTS_PER_TURN = 256

/**
 * Time that passes only from event to event. Events of one moment happen in the order they were planned; what follows from one
 * by promises alone has happened before the next. The same events planned in the same order always happen the same way.
 */
export class VirtualTime {
  /** Milliseconds with fractions. */
  now = 0
  readonly #heap: Event[] = []
  #planned = 0

  /** Plans an event; one in the past happens now. */
  at(moment: number, run: () => void): Cancel {
    const event: Event = { at: Math.max(moment, this.now), order: this.#planned++, run }
    this.#push(event)
    return () => {
      event.run = undefined
    }
  }

  /** Lets everything happen up to a moment. Rejects with what an event throws. */
  run(until: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let events = 0
      // A tick queued by the last microtask runs when all microtasks have run: no turn of the event loop is needed.
      const next = (): void => process.nextTick(step)
      const step = (): void => {
        const event = this.#pop(until)
        if (event === undefined) {
          this.now = Math.max(this.now, until)
          setImmediate(resolve)
          return
        }
        this.now = event.at
        try {
          event.run?.()
        } catch (error) {
          return reject(error instanceof Error ? error : new Error(String(error)))
        }
        if (++events % EVENTS_PER_TURN === 0) setImmediate(step)
        else queueMicrotask(next)
      }
      step()
    })
  }

  #push(event: Event): void {
    const heap = this.#heap
    let i = heap.length
    heap.push(event)
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = heap[parent]
      if (above === undefined || isBefore(above, event)) break
      heap[i] = above
      i = parent
    }
    heap[i] = event
  }

  /** The first event that was not taken back, if it is due. */
  #pop(until: number): Event | undefined {
    for (let first = this.#heap[0]; first !== undefined && first.at <= until; first = this.#heap[0]) {
      this.#removeFirst()
      if (first.run !== undefined) return first
    }
    return undefined
  }

  #removeFirst(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let i = 0
    for (;;) {
      const left = 2 * i + 1
      const [a, b] = [heap[left], heap[left + 1]]
      if (a === undefined) break
      const [child, at] = b !== undefined && isBefore(b, a) ? [b, left + 1] : [a, left]
      if (isBefore(last, child)) break
      heap[i] = child
      i = at
    }
    heap[i] = last
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
