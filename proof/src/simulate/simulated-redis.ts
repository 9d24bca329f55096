import { FakePartition } from '../../../packages/core/src/testing/fake-partition.ts'
import { formatTargets } from '../../../packages/core/src/coherence/message.ts'
import type { Clock } from '../../../packages/core/src/clock.ts'
import { SimulatedProcess } from './simulated-process.ts'
import type { World } from './plan.ts'
import type { VirtualTime } from './virtual-time.ts'

const RECENT = 12

/** Hears what is published. */
export type Subscriber = (partition: number, message: string) => void

/** A Redis: the atomic steps of the stand-in, in the order in which they arrive, and what can happen to a server. */
export class SimulatedRedis {
  readonly partitions: readonly FakePartition[]
  /** Refuses connections. */
  isDown = false
  /** Counts the failovers: whoever was connected before is connected no more. */
  primary = 0
  /** The last messages published. */
  readonly recent: { readonly partition: number; readonly message: string }[] = []
  readonly #time: VirtualTime
  readonly #clock: SimulatedProcess
  readonly #server: { readonly clock: Clock; readonly logLength: number; full: boolean }
  readonly #subscribers = new Set<Subscriber>()
  #stuck: (() => void)[] | undefined

  constructor(
    time: VirtualTime,
    { partitions, logLength, logBegins }: Pick<World, 'partitions' | 'logLength' | 'logBegins'>,
    wallOffset: number,
  ) {
    this.#time = time
    this.#clock = new SimulatedProcess(time, 0, wallOffset)
    this.#server = { clock: this.#clock, logLength, full: false }
    this.partitions = Array.from(
      { length: partitions },
      (_, index) =>
        new FakePartition(this.#server, message => {
          this.recent.push({ partition: index, message })
          if (this.recent.length > RECENT) this.recent.shift()
          for (const hear of this.#subscribers) hear(index, message)
        }),
    )
    if (logBegins > 0) for (const partition of this.partitions) beginAt(partition, logBegins)
  }

  get isHung(): boolean {
    return this.#stuck !== undefined
  }

  /** A request has arrived. */
  execute(run: () => void): void {
    if (this.#stuck === undefined) run()
    else this.#stuck.push(run)
  }

  subscribe(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber)
  }

  unsubscribe(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber)
  }

  /** Stops as by SIGSTOP: what arrives waits. */
  hang(): void {
    this.#stuck ??= []
  }

  resume(): void {
    const stuck = this.#stuck ?? []
    this.#stuck = undefined
    for (const run of stuck) this.#time.at(this.#time.now, run)
  }

  /** Whether it has no memory for anything new. */
  set full(full: boolean) {
    this.#server.full = full
  }

  /** A replica takes over, on another host and with another clock, that had not heard of the last records of each log. */
  failOver(lost: (partition: number) => number, clockMs: number): void {
    for (const [index, partition] of this.partitions.entries()) partition.rollback(lost(index))
    this.#clock.leap(clockMs)
    this.primary++
    this.#subscribers.clear()
    this.#stuck = undefined
  }
}

/** A log whose last record stands at a position. */
function beginAt(partition: FakePartition, seq: number): void {
  const { epoch } = partition.sync({ epoch: '', seq: 0, nonce: '-', epochIfNew: 'long-ago' })
  partition.heal(epoch, seq - 1, 'before')
  partition.invalidate({
    keys: [],
    values: undefined,
    number: 0,
    voidUpTo: 0,
    slots: [],
    soft: false,
    epochIfNew: epoch,
    nonce: 'last',
    origin: 'somebody',
    payload: formatTargets({ keys: [], tags: [], prefixes: [], soft: false }),
  })
}
