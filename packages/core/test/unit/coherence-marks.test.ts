import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Marks, type Stamp, type Verdict } from '../../src/coherence/marks.ts'
import { EVERYTHING, prefixSlot, tagSlot } from '../../src/coherence/slots.ts'
import type { Targets } from '../../src/store.ts'

const KEEP_MS = 1000
const targets = (some: Partial<Targets>): Targets => ({
  keys: [],
  tags: [],
  prefixes: [],
  soft: false,
  ...some,
})
const stamp = (some: Partial<Stamp> = {}): Stamp => ({
  id: 'user:1',
  tags: ['t'],
  s0: 0,
  born: 0,
  loadedHere: false,
  ...some,
})

test.each<[string, Partial<Targets>]>([
  ['its key', { keys: ['user:1'] }],
  ['a tag of it', { tags: ['t'] }],
  ['a prefix of it', { prefixes: ['user'] }],
  ['itself as a prefix', { prefixes: ['user:1'] }],
  ['everything', { prefixes: [''] }],
])('a value is judged by %s: dead below the position, live from it on; stale if only expired', (_, some) => {
  const marks = new Marks(KEEP_MS)
  marks.apply(targets(some), 5, 0)
  expect([4, 5].map(s0 => marks.judge(stamp({ s0 })))).toStrictEqual(['dead', 'live'])
  const soft = new Marks(KEEP_MS)
  soft.apply(targets({ ...some, soft: true }), 5, 0)
  expect([4, 5].map(s0 => soft.judge(stamp({ s0 })))).toStrictEqual(['stale', 'live'])
  soft.apply(targets(some), 3, 0)
  expect([2, 3].map(s0 => soft.judge(stamp({ s0 })))).toStrictEqual(['dead', 'stale'])
})

test('what is not named is not concerned', () => {
  const marks = new Marks(KEEP_MS)
  marks.apply(targets({ keys: ['user:2', 'user'], tags: ['u'], prefixes: ['user:1:posts', 'users'] }), 5, 0)
  expect(marks.judge(stamp())).toBe('live')
})

test('a position never goes back, in whatever order records come', () => {
  const marks = new Marks(KEEP_MS)
  marks.apply(targets({ keys: ['user:1'], tags: ['t'] }), 9, 0)
  marks.apply(targets({ keys: ['user:1'], tags: ['t'] }), 5, 0)
  expect(marks.judge(stamp({ s0: 8 }))).toBe('dead')
  expect(marks.lastOf('user:1', ['t'])).toBe(9)
})

test('a snapshot is added to what is known', () => {
  const marks = new Marks(KEEP_MS)
  marks.apply(targets({ tags: ['t'] }), 9, 0)
  marks.merge([
    { slot: tagSlot('t'), hard: 3, soft: 12 },
    { slot: prefixSlot('job'), hard: 20, soft: 0 },
    { slot: EVERYTHING, hard: 2, soft: 0 },
  ])
  expect([8, 9, 12].map(s0 => marks.judge(stamp({ s0 })))).toStrictEqual(['dead', 'stale', 'live'])
  expect(marks.judge(stamp({ id: 'job:1', tags: [], s0: 19 }))).toBe('dead')
  expect(marks.judge(stamp({ id: 'other', tags: [], s0: 1 }))).toBe('dead')
})

test('a call that is not confirmed holds whatever is older, and lets go what was loaded here since', () => {
  const marks = new Marks(KEEP_MS)
  const before = marks.generation
  marks.hold(targets({ keys: ['user:1'] }), 0)
  const since = marks.generation
  expect(marks.judge(stamp({ s0: 99, born: before, loadedHere: true }))).toBe('dead')
  expect(marks.judge(stamp({ s0: 99, born: since, loadedHere: true }))).toBe('live')
  // A value read from Redis may be older than the call, whenever it was read.
  expect(marks.judge(stamp({ s0: 99, born: since }))).toBe('dead')
  expect(marks.isHeld('user:1', [])).toBe(true)
  marks.release(targets({ keys: ['user:1'] }), 0)
  expect(marks.isHeld('user:1', [])).toBe(false)
  expect(marks.judge(stamp({ s0: 99, born: since }))).toBe('live')
})

test('what was called here stays invalid for what is older, whatever numbers the log gives', () => {
  const marks = new Marks(KEEP_MS)
  const before = marks.generation
  for (const called of [targets({ tags: ['t'] }), targets({ keys: ['user:1'] })]) {
    marks.hold(called, 0)
    marks.apply(called, 1, 0)
    marks.release(called, 0)
  }
  expect(marks.judge(stamp({ s0: 99, born: before, loadedHere: true }))).toBe('dead')
  expect(marks.judge(stamp({ s0: 99, born: marks.generation, loadedHere: true }))).toBe('live')
})

test('two calls on one name hold until both are confirmed', () => {
  const marks = new Marks(KEEP_MS)
  const both = targets({ tags: ['t'] })
  marks.hold(both, 0)
  marks.hold(both, 0)
  marks.release(both, 0)
  expect(marks.judge(stamp({ s0: 99, born: marks.generation }))).toBe('dead')
  marks.release(both, 0)
  expect(marks.judge(stamp({ s0: 99, born: marks.generation }))).toBe('live')
})

test('a call that only expires holds as stale', () => {
  const marks = new Marks(KEEP_MS)
  marks.hold(targets({ prefixes: ['user'], soft: true }), 0)
  expect(marks.judge(stamp({ s0: 99 }))).toBe('stale')
})

test('another log forgets positions and keeps what is held', () => {
  const marks = new Marks(KEEP_MS)
  marks.apply(targets({ keys: ['user:1'], tags: ['t'], prefixes: [''] }), 50, 0)
  marks.hold(targets({ tags: ['held'] }), 0)
  marks.restart()
  expect(marks.judge(stamp({ s0: 1 }))).toBe('live')
  expect(marks.judge(stamp({ s0: 1, tags: ['held'] }))).toBe('dead')
  expect(marks.lastOf('user:1', ['t'])).toBe(0)
})

test('memory looks again only when tags, prefixes or everything may concern it', () => {
  const marks = new Marks(KEEP_MS)
  const changes = (run: () => void): boolean => {
    const { slotChanges } = marks
    run()
    return marks.slotChanges !== slotChanges
  }
  expect(changes(() => marks.apply(targets({ keys: ['a'] }), 1, 0))).toBe(false)
  expect(changes(() => marks.apply(targets({ tags: ['a'] }), 2, 0))).toBe(true)
  expect(changes(() => marks.hold(targets({ prefixes: ['a'] }), 0))).toBe(true)
  expect(changes(() => marks.merge([]))).toBe(true)
  expect(changes(() => marks.restart())).toBe(true)
})

test('a key is forgotten once nothing older can be on its way', () => {
  const marks = new Marks(KEEP_MS)
  marks.apply(targets({ keys: ['user:1'] }), 5, 0)
  marks.apply(targets({ keys: ['x'] }), 6, KEEP_MS - 1)
  expect(marks.judge(stamp({ s0: 4 }))).toBe('dead')
  marks.apply(targets({ keys: ['y'] }), 7, KEEP_MS)
  marks.apply(targets({ keys: ['z'] }), 8, 2 * KEEP_MS)
  expect(marks.judge(stamp({ s0: 4 }))).toBe('live')
})

test('a key that is held is never forgotten', () => {
  const marks = new Marks(KEEP_MS)
  marks.hold(targets({ keys: ['user:1'] }), 0)
  for (let i = 0; i < 50; i++) marks.apply(targets({ keys: [`k${i}`] }), i, KEEP_MS * (i + 2))
  expect(marks.judge(stamp({ s0: 99 }))).toBe('dead')
})

test('where more keys come than may be kept, everything older than those dropped is distrusted', () => {
  const marks = new Marks(KEEP_MS)
  const keys = Array.from({ length: 100_000 }, (_, i) => `k${i}`)
  marks.apply(targets({ keys: ['first'] }), 5, 0)
  marks.apply(targets({ keys }), 6, 0)
  expect(marks.judge(stamp({ id: 'first', s0: 4 }))).toBe('dead')
  // Dropped within the call that named it.
  expect(marks.judge(stamp({ id: 'k0', s0: 5 }))).toBe('dead')
  expect(marks.judge(stamp({ id: 'never named', s0: 5 }))).toBe('dead')
  expect(marks.judge(stamp({ id: 'never named', s0: 6 }))).toBe('live')
})

test('the verdict is that of the textbook definition, for any history', () => {
  const name = fc.constantFrom('a', 'b')
  const step = fc.record(
    {
      kind: fc.constantFrom<'apply' | 'hold' | 'release'>('apply', 'apply', 'hold', 'release'),
      keys: fc.array(name, { maxLength: 1 }),
      tags: fc.array(name, { maxLength: 1 }),
      prefixes: fc.array(fc.constantFrom('', 'a', 'b'), { maxLength: 1 }),
      soft: fc.boolean(),
    },
    { noNullPrototype: true },
  )
  const probe = fc.record({
    id: fc.constantFrom('a', 'b', 'a:b'),
    tags: fc.subarray(['a', 'b']),
    s0: fc.nat(12),
    after: fc.nat(10),
    loadedHere: fc.boolean(),
  })
  const rank = { live: 0, stale: 1, dead: 2 }
  const concerns = (t: Targets, id: string, tags: readonly string[]): boolean =>
    t.keys.includes(id) ||
    t.tags.some(tag => tags.includes(tag)) ||
    t.prefixes.some(prefix => prefix === '' || id === prefix || id.startsWith(`${prefix}:`))
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 10 }),
      fc.array(probe, { minLength: 5, maxLength: 5 }),
      (steps, probes) => {
        const marks = new Marks(KEEP_MS)
        const generations = [marks.generation]
        const applied: { readonly what: Targets; readonly seq: number }[] = []
        const called: { readonly what: Targets; readonly at: number }[] = []
        const held: Targets[] = []
        for (const [i, { kind, ...what }] of steps.entries()) {
          if (kind === 'apply') {
            marks.apply(what, i + 1, 0)
            applied.push({ what, seq: i + 1 })
          } else if (kind === 'hold') {
            marks.hold(what, 0)
            called.push({ what, at: i })
            held.push(what)
          } else {
            const one = held.pop()
            if (one !== undefined) marks.release(one, 0)
          }
          generations.push(marks.generation)
        }
        for (const { id, tags, s0, after, loadedHere } of probes) {
          const from = Math.min(after, steps.length)
          const against = [
            ...applied.filter(one => one.seq > s0).map(({ what }) => what),
            ...called.filter(({ at }) => at >= from).map(({ what }) => what),
            // What Redis has may be older than a call it has not confirmed.
            ...(loadedHere ? [] : held),
          ].filter(what => concerns(what, id, tags))
          const verdict: Verdict =
            against.length === 0 ? 'live' : against.some(({ soft }) => !soft) ? 'dead' : 'stale'
          const judged = marks.judge({ id, tags, s0, born: generations[from] ?? 0, loadedHere })
          if (loadedHere) expect(judged).toBe(verdict)
          else expect(rank[judged]).toBeGreaterThanOrEqual(rank[verdict])
        }
      },
    ),
    { numRuns: 1000 },
  )
})

test('however many keys come, as fast as they may, they are forgotten, and those that are held are not', () => {
  const marks = new Marks(KEEP_MS)
  const held = targets({ keys: Array.from({ length: 20 }, (_, i) => `held${i}`) })
  marks.hold(held, 0)
  const from = performance.now()
  for (let i = 0; i < 300_000; i++) marks.apply(targets({ keys: [`k${i}`] }), i + 1, Math.floor(i / 1000))
  expect((performance.now() - from) / 300_000).toBeLessThan(0.03)
  for (const id of held.keys) expect(marks.judge(stamp({ id, s0: 400_000 }))).toBe('dead')
  expect(marks.judge(stamp({ id: 'never named', s0: 1 }))).toBe('dead')
})
