import { GROUPS, groupOf, lifeOf, pick, tagOf } from './keys.ts'
import type { Database } from './database.ts'
import { now, pass } from './monotonic.ts'
import type { ReadCall, WriteCall } from './operation.ts'
import type { Recorder } from './recorder.ts'
import type { Seat } from './seat.ts'

const READERS = 3
const PAUSE_MS = 5
const WRITE_EVERY_MS = 60
const BULK = 5

/** Who does what on which instance, by chance, for a while. */
export class Workload {
  readonly #database: Database
  readonly #recorder: Recorder
  readonly #random: () => number
  /** Writers of one row take turns, whoever they are. */
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(database: Database, recorder: Recorder, random: () => number) {
    this.#database = database
    this.#recorder = recorder
    this.#random = random
  }

  /** Readers and a writer on every instance. Resolves when all have ended. */
  async run(seats: readonly Seat[], ms: number): Promise<void> {
    const end = now() + ms
    const work = async (
      seat: Seat,
      everyMs: number,
      step: (seat: Seat) => Promise<unknown>,
    ): Promise<void> => {
      while (now() < end) {
        if (seat.isUp) await step(seat)
        await pass(this.#random() * 2 * everyMs)
      }
    }
    await Promise.all(
      seats.flatMap(seat => [
        ...Array.from({ length: READERS }, () => work(seat, PAUSE_MS, one => this.#read(one))),
        work(seat, WRITE_EVERY_MS, one => this.#write(one)),
      ]),
    )
  }

  #read(seat: Seat): Promise<unknown> {
    const group = this.#choose({ hot: 45, swr: 15, set: 12, calm: 12, tail: 16 })
    const how = this.#choose({ getOrSet: 62, get: 22, getMany: 6, getOrSetMany: 10 })
    // An answer to many keys does not say which of them are stale.
    const isBulk = how.endsWith('Many') && GROUPS[group].graceMs === 0
    const keys = Array.from({ length: isBulk ? BULK : 1 }, () => pick(group, this.#random))
    const [first = ''] = keys
    const same = [...new Set(keys)].filter(key => tagOf(key) === tagOf(first))
    const call: ReadCall = {
      how: isBulk ? how : how.endsWith('Many') ? 'getOrSet' : how,
      keys: same,
      life: lifeOf(first),
    }
    return this.#recorder.read(seat, call)
  }

  #write(seat: Seat): Promise<unknown> {
    const how = this.#choose({
      delete: 40,
      tag: 20,
      set: 20,
      soft: 12,
      'soft tag': 3,
      prefix: 2,
      calm: 2,
      clear: 1,
    })
    switch (how) {
      case 'delete': {
        const group = this.#choose({ hot: 80, tail: 20 })
        const keys = Array.from({ length: this.#random() < 0.2 ? BULK : 1 }, () => pick(group, this.#random))
        return this.#call(seat, { how: 'delete', name: '' }, [...new Set(keys)])
      }
      case 'tag':
        return this.#tag(seat, 'tag', pick(this.#choose({ hot: 70, tail: 30 }), this.#random))
      case 'set':
        return this.#inTurn(seat)
      case 'soft':
        return this.#call(seat, { how: 'expire', name: '' }, [pick('swr', this.#random)])
      case 'soft tag':
        return this.#tag(seat, 'expire-tag', pick('swr', this.#random))
      case 'prefix': {
        const name = this.#choose({ hot: 50, swr: 50 })
        return this.#call(
          seat,
          { how: 'prefix', name },
          this.#known(key => groupOf(key).name === name),
        )
      }
      case 'calm':
        return this.#random() < 0.5
          ? this.#call(seat, { how: 'delete', name: '' }, [pick('calm', this.#random)])
          : this.#tag(seat, 'tag', pick('calm', this.#random))
      case 'clear':
        // It concerns rows that are being set, too, and leaves them as they are in the database.
        return this.#call(
          seat,
          { how: 'clear', name: '' },
          this.#known(key => groupOf(key).name !== 'set'),
        )
    }
  }

  #tag(seat: Seat, how: 'tag' | 'expire-tag', key: string): Promise<unknown> {
    const tag = tagOf(key)
    return this.#call(
      seat,
      { how, name: tag },
      this.#known(one => tagOf(one) === tag),
    )
  }

  /** Sets, or deletes, a row that is written through: after everybody who was at it before. */
  #inTurn(seat: Seat): Promise<unknown> {
    const isBulk = this.#random() < 0.15
    const keys = isBulk ? ['set:0', 'set:1', 'set:2'] : [pick('set', this.#random)]
    const how = this.#random() < 0.75 ? 'set' : 'delete'
    const before = Promise.all(keys.map(key => this.#turns.get(key) ?? Promise.resolve()))
    const turn = before.then(() => (seat.isUp ? this.#call(seat, { how, name: '' }, keys) : undefined))
    for (const key of keys) this.#turns.set(key, turn)
    return turn
  }

  #call(seat: Seat, call: Pick<WriteCall, 'how' | 'name'>, keys: readonly string[]): Promise<unknown> {
    return this.#recorder.write(seat, { ...call, life: lifeOf(keys[0] ?? 'set:0') }, keys)
  }

  /** Only a row that somebody has asked for can be cached. */
  #known(belongs: (key: string) => boolean): string[] {
    return this.#database.rows.filter(belongs)
  }

  #choose<T extends string>(shares: Readonly<Record<T, number>>): T {
    const all = Object.entries(shares) as [T, number][]
    let dice = this.#random() * all.reduce((sum, [, share]) => sum + share, 0)
    for (const [name, share] of all) if ((dice -= share) < 0) return name
    return (all[0] as [T, number])[0]
  }
}
