import { expect, test } from 'vitest'
import { createDeferred, type Deferred } from '../src/check/deferred.ts'
import { createLedger, type Ledger } from '../src/check/ledger.ts'

function start(): { ledger: Ledger; deferred: Deferred } {
  const ledger = createLedger()
  return { ledger, deferred: createDeferred(ledger, () => 100) }
}

test('the bound of a deferred write starts when its invalidation settles', () => {
  const { ledger, deferred } = start()
  deferred.answered('i1.1.1', { 'job:7': 2 })
  expect(ledger.supersededAt('job:7', 1)).toBeUndefined()
  deferred.settled('i1.1.1', 4000)
  expect(ledger.supersededAt('job:7', 1)).toBe(4000)
  expect(deferred.counts()).toEqual({ total: 1, open: 0, abandoned: 0, longestMs: 3900 })
})

test('it may settle before the answer of the write is heard', () => {
  const { ledger, deferred } = start()
  deferred.settled('i1.1.1', 150)
  deferred.answered('i1.1.1', { 'job:7': 2 })
  expect(ledger.supersededAt('job:7', 1)).toBe(150)
  expect(deferred.counts().open).toBe(0)
})

test('what waited for a process that is gone is abandoned, and only that', () => {
  const { ledger, deferred } = start()
  deferred.answered('i1.1.1', { 'job:7': 2 })
  deferred.answered('i1.11.1', { 'job:8': 2 })
  deferred.processGone('i1', 1)
  deferred.settled('i1.11.1', 200)
  expect(ledger.supersededAt('job:7', 1)).toBeUndefined()
  expect(ledger.supersededAt('job:8', 1)).toBe(200)
  expect(deferred.counts()).toMatchObject({ total: 2, open: 0, abandoned: 1 })
  deferred.answered('i1.1.2', { 'job:7': 3 })
  expect(deferred.counts()).toMatchObject({ total: 3, open: 0, abandoned: 2 })
})
