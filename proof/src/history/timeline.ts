import { INVARIANTS, type Violation } from './check.ts'
import type { Fault, History, Load, Read, Write } from './history.ts'

/** Something between the lines of a history that helps to read it, such as what Redis was asked. */
export interface Remark {
  readonly at: number
  readonly instance: number
  /** `undefined`: it concerns every key. */
  readonly key: string | undefined
  readonly text: string
}

interface Line {
  readonly at: number
  /** `undefined`: all. */
  readonly instance: number | undefined
  readonly text: string
  readonly isCause: boolean
}

/** How much before the first of the two moments that show a violation is told, in ms. */
const BEFORE_MS = 1000
const MOST_LINES = 400
const WIDTH = 12

/**
 * A violation as text: what was promised, and what happened to its key on every instance around it, one line per moment, with the
 * faults. Lines marked `>>>` are the moments that contradict each other.
 */
export function timeline(history: History, violation: Violation, remarks: readonly Remark[] = []): string {
  const { key, seen, because, message, invariant } = violation
  const from = Math.min(seen.t0, because?.t0 ?? seen.t0) - BEFORE_MS
  const causes = new Set<unknown>([seen, because])
  const lines = [
    ...history.reads.filter(read => read.key === key).flatMap(read => linesOfRead(read, causes.has(read))),
    ...history.writes.flatMap(write => linesOfWrite(write, key, causes.has(write))),
    ...history.loads.filter(load => load.key === key).flatMap(load => linesOfLoad(load, causes.has(load))),
    ...history.faults.flatMap(linesOfFault),
    ...remarks
      .filter(remark => remark.key === undefined || remark.key === key)
      .map(({ at, instance, text }) => ({ at, instance, text, isCause: false })),
  ]
  const told = lines
    .filter(line => line.at >= from && line.at <= seen.t1)
    .toSorted((a, b) => a.at - b.at)
    .slice(-MOST_LINES)
  return [INVARIANTS[invariant], message, `key ${key}, ms since the beginning`, ...told.map(format)].join(
    '\n',
  )
}

function linesOfRead(read: Read, isCause: boolean): Line[] {
  const { how, version, stale, tier, t0, t1 } = read
  const answer = version === undefined ? 'nothing' : `v${version}${stale ? ', stale' : ''}`
  const source = tier === undefined ? '' : ` from ${tier}`
  return [
    { at: t0, instance: read.instance, text: `${how} is called`, isCause },
    { at: t1, instance: read.instance, text: `${how} (of ${ms(t0)}) answers ${answer}${source}`, isCause },
  ]
}

function linesOfWrite(write: Write, key: string, isCause: boolean): Line[] {
  const { how, soft, status, t0, t1, committedAt, keys, instance } = write
  const version = keys.find(([name]) => name === key)?.[1]
  if (version === undefined) return []
  const name = `${how}${soft ? ' (soft)' : ''}`
  return [
    { at: t0, instance, text: `the database has v${version}; ${name} is called`, isCause },
    { at: t1, instance, text: `${name} of v${version} (of ${ms(t0)}) is ${status}`, isCause },
    ...(status === 'deferred'
      ? [
          {
            at: committedAt,
            instance,
            text: `${name} of v${version} (of ${ms(t0)}) has reached Redis`,
            isCause,
          },
        ]
      : []),
  ]
}

function linesOfLoad({ t0, t1, failed, instance }: Load, isCause: boolean): Line[] {
  return [
    { at: t0, instance, text: 'load begins', isCause },
    { at: t1, instance, text: `load (of ${ms(t0)}) ${failed ? 'fails' : 'ends'}`, isCause },
  ]
}

function linesOfFault({ name, t0, t1, instance }: Fault): Line[] {
  const begin = { at: t0, instance, text: `! ${name}${t1 === t0 ? '' : ' begins'}`, isCause: false }
  return t1 === t0 ? [begin] : [begin, { at: t1, instance, text: `! ${name} ends`, isCause: false }]
}

function format({ at, instance, text, isCause }: Line): string {
  const who = instance === undefined ? 'all' : instance < 0 ? '' : `#${instance}`
  return `${isCause ? '>>>' : '   '} ${ms(at).padStart(WIDTH)}  ${who.padEnd(4)} ${text}`
}

function ms(at: number): string {
  return at.toFixed(3)
}
