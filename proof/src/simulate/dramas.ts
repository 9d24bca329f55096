import type { Call, Fault, FaultName, Method, World } from './plan.ts'

type Random = () => number
type Step = Call | Fault

/** What may go wrong in only one order of events, which chance alone takes too long to find. */
interface Cast {
  readonly at: number
  readonly random: Random
  readonly call: (before: number, instance: number, method: Method, row: number) => Call
  readonly fault: (before: number, name: FaultName, instance: number, forMs: number, lost?: number) => Fault
  /** Three instances, the last two of which may be one. */
  readonly a: number
  readonly b: number
  readonly c: number
  readonly everybody: readonly number[]
  /** Two rows. */
  readonly row: number
  readonly other: number
}

/** A few steps around a failover at that moment, the failover included, or none where there are no rows for them. */
export function drama(random: Random, at: number, world: World, count: number): readonly Step[] {
  const free = [...world.rows.keys()].filter(row => world.rows[row]?.kind === 'free')
  const [row, other] = random() < 0.5 ? free : free.toReversed()
  if (row === undefined || other === undefined || count < 2) return []
  const a = Math.floor(random() * count)
  const shared = { type: 'call' as const, target: 0, strict: false, next: undefined }
  const cast: Cast = {
    at,
    random,
    row,
    other,
    a,
    b: (a + 1) % count,
    c: (a + 2) % count === a ? (a + 1) % count : (a + 2) % count,
    everybody: Array.from({ length: count }, (_, i) => i),
    call: (before, instance, method, of) => ({
      ...shared,
      at: Math.max(1, at - before - random() * 3),
      instance,
      method,
      rows: [of],
      dice: Math.floor(random() * 2 ** 31),
    }),
    fault: (before, name, instance, forMs, lost) => ({
      at: Math.max(1, at - before),
      type: 'fault',
      name,
      instance,
      forMs,
      dice: Math.floor(random() * 2 ** 31),
      ...(lost !== undefined && { lost }),
    }),
  }
  return (DRAMAS[Math.floor(random() * DRAMAS.length)] ?? unheard)(cast)
}

const DRAMAS: readonly ((cast: Cast) => readonly Step[])[] = [unheard, orphaned, ahead, copied, forgetful]

/** Everybody has a row; one deletes it, of which nobody hears; the record is lost, and its number goes to another. */
function unheard({ random, call, fault, everybody, a, b, row, other }: Cast): readonly Step[] {
  return [
    ...everybody.map(one => call(60, one, 'getOrSet', row)),
    ...everybody.map(one => fault(20, 'messages late', one, 22)),
    call(10, a, 'delete', row),
    fault(0, 'failover', 0, 0, 1),
    call(random() * 4 - 3, b, 'delete', other),
  ]
}

/** Everybody hears of records whose caller dies; they are lost, and calls of others get their numbers again. */
function orphaned({ call, fault, everybody, a, b, row, other }: Cast): readonly Step[] {
  return [
    ...everybody.map(one => call(80, one, 'getOrSet', row)),
    ...[45, 40, 35, 30].map(before => call(before, a, 'delete', other)),
    fault(12, 'crash', a, 900),
    fault(0, 'failover', 0, 0, 4),
    call(-60, b, 'delete', row),
  ]
}

/** One loads a row under a lease at a position of which nobody hears and that is lost; the row's change gets that position again. */
function ahead({ call, fault, everybody, a, b, c, row, other }: Cast): readonly Step[] {
  return [
    ...everybody.map(one => fault(24, 'messages late', one, 26)),
    call(18, a, 'delete', other),
    call(10, c, 'fresh', row),
    fault(4, 'crash', a, 900),
    fault(0, 'failover', 0, 0, 1),
    call(-1, b, 'delete', row),
  ]
}

/** As `ahead`, but the value is read from Redis, where somebody else has brought it. */
function copied({ call, fault, everybody, a, b, c, row, other }: Cast): readonly Step[] {
  return [
    ...everybody.map(one => fault(28, 'messages late', one, 30)),
    call(22, a, 'delete', other),
    call(16, b, 'fresh', row),
    call(7, c, 'get', row),
    fault(4, 'crash', a, 900),
    fault(0, 'failover', 0, 0, 1),
    call(-1, b, 'delete', row),
  ]
}

/** A record is lost that everybody has heard of but one, who has just begun and is the first to find the log shorter. */
function forgetful({ call, fault, everybody, a, b, row }: Cast): readonly Step[] {
  return [
    call(140, a, 'getOrSet', row),
    call(110, a, 'delete', row),
    fault(100, 'crash', b, 20),
    ...everybody.filter(one => one !== b).map(one => fault(2, 'requests held', one, 80)),
    fault(0, 'failover', 0, 0, 1),
  ]
}
