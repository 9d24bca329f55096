import { Journal } from '../../../../packages/core/src/coherence/journal.ts'
import { Marks } from '../../../../packages/core/src/coherence/marks.ts'
import { Ring } from '../../../../packages/core/src/coherence/ring.ts'
import type { Targets } from '../../../../packages/core/src/store.ts'
import { bytesOf } from '../heap.ts'
import type { Check, Measured, Scale } from '../part.ts'

const KEEP_MS = 30_000
const PER_MS = 100
const SLOTS = 65_537
const KEYS = 100_000
const MB = 2 ** 20

/** The tables of the protocol alone, given far more names than any service has. */
export function marksPart({ quick }: Scale): Promise<Measured> {
  const names = quick ? 300_000 : 1_000_000
  const slots = bytesOf(() => marked(names, name => ({ tags: [`tag:${name}`] })))
  const keys = bytesOf(() => marked(names, name => ({ keys: [`user:${name}`] })))
  const held = bytesOf(() => marked(names, name => ({ keys: [`user:${name}`] }), 64))
  const ring = bytesOf(() => filledRing(names))
  const waiting = bytesOf(() => filledJournal(100_000))
  const { left, stepMs } = failedDrains(quick ? 5000 : 20_000)
  const checks: Check[] = [
    { what: `marks of ${names} tags`, is: slots.heap, limit: 12 * MB, unit: 'bytes' },
    { what: `marks of ${names} keys`, is: keys.heap, limit: 24 * MB, unit: 'bytes' },
    { what: `the same while 64 calls wait for Redis`, is: held.heap, limit: 24 * MB, unit: 'bytes' },
    { what: `ring of ${names} records`, is: ring.heap, limit: 4 * MB, unit: 'bytes' },
    { what: 'journal of 100 000 names', is: waiting.heap, limit: 12 * MB, unit: 'bytes' },
    { what: 'left behind by each attempt to replay that fails', is: left, limit: 32, unit: 'bytes' },
    { what: 'offering 100 000 names to a Redis that is away', is: stepMs, limit: 250, unit: 'ms' },
    { what: `marking a key, with ${KEYS} known`, is: costOfMark(KEYS * 3), limit: 20, unit: 'ms' },
  ]
  const rows = [
    ['a slot of tags or prefixes', SLOTS, slots.heap],
    ['a key of the last invalidations', Math.min(names, KEYS), keys.heap],
    ['a record of the ring', 4000, ring.heap],
    ['a name that waits in the journal', 100_000, waiting.heap],
  ] as const
  return Promise.resolve({
    checks,
    tables: [
      {
        title: 'What the protocol keeps, in each instance and for each partition',
        columns: ['what', 'at most', 'bytes each', 'MB in all'],
        rows: rows.map(([what, most, bytes]) => ({
          cells: [what, most, Math.round(bytes / most), Number((bytes / MB).toFixed(1))],
        })),
      },
    ],
  })
}

function marked(names: number, targetsOf: (name: number) => Partial<Targets>, waiting = 0): Marks {
  const marks = new Marks(KEEP_MS)
  for (let i = 0; i < waiting; i++) marks.hold(targets({ keys: [`waiting:${i}`] }), 0)
  for (let i = 0; i < names; i++) marks.apply(targets(targetsOf(i)), i + 1, i / PER_MS)
  return marks
}

function filledRing(names: number): Ring {
  const ring = new Ring()
  for (let i = 0; i < names; i++) ring.add(targets({ keys: [`user:${i}`, `user:${i}:posts`] }))
  return ring
}

function filledJournal(names: number): Journal {
  const journal = new Journal()
  for (let i = 0; i < names; i++) journal.add(targets({ keys: [`user:${i}`] }))
  return journal
}

/** An outage in which a full journal is offered to Redis again and again. */
function failedDrains(times: number): { left: number; stepMs: number } {
  const full = filledJournal(100_000)
  let stepMs = Infinity
  for (let i = 0; i < 5; i++) {
    const from = performance.now()
    full.settle(full.take())
    stepMs = Math.min(stepMs, performance.now() - from) // the others heard of neighbours
  }
  const small = filledJournal(1)
  const { heap } = bytesOf(() => {
    for (let i = 0; i < times; i++) {
      small.settle(small.take())
      void small.done
    }
    return small
  })
  return { left: heap / times, stepMs }
}

/** Ms for a thousand keys more, where as many as are kept are known already. */
function costOfMark(known: number): number {
  const marks = marked(known, name => ({ keys: [`user:${name}`] }))
  const from = performance.now()
  for (let i = 0; i < 1000; i++) marks.apply(targets({ keys: [`late:${i}`] }), known + i, known / PER_MS)
  return performance.now() - from
}

function targets(some: Partial<Targets>): Targets {
  return { keys: [], tags: [], prefixes: [], soft: false, ...some }
}
