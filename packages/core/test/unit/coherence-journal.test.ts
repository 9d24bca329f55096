import { expect, test } from 'vitest'
import { Journal } from '../../src/coherence/journal.ts'
import type { Targets } from '../../src/store.ts'

const targets = (some: Partial<Targets>): Targets => ({
  keys: [],
  tags: [],
  prefixes: [],
  soft: false,
  ...some,
})

/** Sends all that waits. */
function drain(journal: Journal): Targets[] {
  const taken = journal.take()
  const sent = taken.batches.splice(0)
  journal.settle(taken)
  return sent
}

test('every name waits once, and it is said which waited already', () => {
  const journal = new Journal()
  expect(journal.add(targets({ keys: ['a', 'b'], tags: ['t'] }))).toStrictEqual(targets({}))
  const known = journal.add(targets({ keys: ['b', 'c'], tags: ['t'], prefixes: ['p'] }))
  expect(known).toStrictEqual(targets({ keys: ['b'], tags: ['t'] }))
  expect(journal.size).toBe(5)
  expect(drain(journal)).toStrictEqual([targets({ keys: ['a', 'b', 'c'], tags: ['t'], prefixes: ['p'] })])
  expect(journal.size).toBe(0)
})

test('a key, a tag and a prefix of one name are three, and so are a deletion and an expiry', () => {
  const journal = new Journal()
  journal.add(targets({ keys: ['x'], soft: true }))
  expect(journal.add(targets({ keys: ['x'], tags: ['x'], prefixes: ['x'] }))).toStrictEqual(targets({}))
  expect(journal.size).toBe(4)
  expect(drain(journal).map(({ soft }) => soft)).toStrictEqual([false, true])
})

test('what waits comes in batches that fit a script', () => {
  const journal = new Journal()
  const keys = Array.from({ length: 2500 }, (_, i) => `k${i}`)
  journal.add(targets({ keys }))
  const batches = drain(journal)
  for (const { keys: some } of batches) {
    expect(some.length).toBeLessThanOrEqual(1000)
    expect(some.join('').length).toBeLessThanOrEqual(7000)
  }
  expect(batches.flatMap(batch => batch.keys)).toStrictEqual(keys)
})

test('what is on its way still counts, and a name invalidated again meanwhile waits anew', async () => {
  const journal = new Journal()
  journal.add(targets({ keys: ['a'] }))
  const first = journal.done
  const taken = journal.take()
  expect(journal.add(targets({ keys: ['a'] }))).toStrictEqual(targets({}))
  const second = journal.done
  expect(journal.size).toBe(2)
  taken.batches.shift()
  expect(journal.settle(taken)).toStrictEqual([])
  await first
  const heard: string[] = []
  const later = second.then(() => heard.push('second'))
  await Promise.resolve()
  expect([journal.size, heard]).toStrictEqual([1, []])
  drain(journal)
  await later
  expect(heard).toStrictEqual(['second'])
})

test('what Redis did not take waits on, once, and who waited for it waits on too', async () => {
  const journal = new Journal()
  const keys = Array.from({ length: 1001 }, (_, i) => `k${i}`)
  journal.add(targets({ keys }))
  const { done } = journal
  const taken = journal.take()
  journal.add(targets({ keys: ['k1000', 'new'] }))
  taken.batches.shift()
  expect(journal.settle(taken)).toStrictEqual([targets({ keys: ['k1000'] })])
  expect(journal.size).toBe(2)
  const heard: string[] = []
  const later = done.then(() => heard.push('done'))
  await Promise.resolve()
  expect(heard).toStrictEqual([])
  drain(journal)
  await later
})

test('something that covers all that waits can stand for it', () => {
  const journal = new Journal()
  journal.add(targets({ keys: ['a'] }))
  journal.add(targets({ tags: ['t'], soft: true }))
  const everything = targets({ prefixes: [''] })
  expect(journal.replaceBy(everything)).toStrictEqual([
    targets({ keys: ['a'] }),
    targets({ tags: ['t'], soft: true }),
  ])
  expect(drain(journal)).toStrictEqual([everything])
})

test('giving up rejects whoever waits, and nobody who does not look or comes later', async () => {
  const journal = new Journal()
  journal.add(targets({ keys: ['a'] }))
  const { done } = journal
  journal.abandon(new Error('closed'))
  await expect(done).rejects.toThrow('closed')
  expect(journal.size).toBe(0)
  journal.add(targets({ keys: ['b'] }))
  const next = journal.done
  drain(journal)
  await expect(next).resolves.toBe(undefined)
})

test('what is given back again and again makes no promises more: an outage may last', async () => {
  const journal = new Journal()
  journal.add(targets({ keys: ['a'] }))
  const first = journal.done
  for (let i = 0; i < 10; i++) journal.settle(journal.take())
  expect(journal.done).toBe(first)
  const taken = journal.take()
  journal.add(targets({ keys: ['b'] }))
  const second = journal.done
  journal.settle(taken)
  for (let i = 0; i < 10; i++) journal.settle(journal.take())
  drain(journal)
  await Promise.all([first, second])
})
