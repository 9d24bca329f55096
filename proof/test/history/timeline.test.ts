import { expect, test } from 'vitest'
import type { Violation } from '../../src/history/check.ts'
import { emptyHistory, type History, type Read, type Write } from '../../src/history/history.ts'
import { timeline } from '../../src/history/timeline.ts'

const read = (over: Partial<Read>): Read => ({
  instance: 1,
  life: 0,
  key: 'k',
  how: 'get',
  t0: 2500,
  t1: 2501,
  version: 1,
  valueKey: 'k',
  stale: false,
  tier: 'memory',
  settled: false,
  ...over,
})

const write: Write = {
  instance: 0,
  life: 0,
  how: 'delete',
  soft: false,
  keys: [['k', 2]],
  t0: 2000,
  t1: 2002,
  status: 'deferred',
  committedAt: 2100,
}

function told(history: Partial<History>, seen: Read): string[] {
  const violation: Violation = { invariant: 'bound', key: 'k', message: 'too old', seen, because: write }
  const remarks = [{ at: 2050, instance: -1, key: undefined, text: 'Redis: heals' }]
  return timeline({ ...emptyHistory(), ...history }, violation, remarks).split('\n')
}

test('a timeline tells of one key, in order, with faults, and marks the two moments', () => {
  const seen = read({})
  const other = read({ key: 'other', t0: 2400, t1: 2401 })
  const lines = told(
    { reads: [seen, other], writes: [write], faults: [{ name: 'paused', t0: 2010, t1: 2020, instance: 1 }] },
    seen,
  )
  expect(lines.slice(1, 3)).toEqual(['too old', 'key k, ms since the beginning'])
  expect(lines.slice(3).map(line => line.replaceAll(/ +/g, ' '))).toEqual([
    '>>> 2000.000 #0 the database has v2; delete is called',
    '>>> 2002.000 #0 delete of v2 (of 2000.000) is deferred',
    ' 2010.000 #1 ! paused begins',
    ' 2020.000 #1 ! paused ends',
    ' 2050.000 Redis: heals',
    '>>> 2100.000 #0 delete of v2 (of 2000.000) has reached Redis',
    '>>> 2500.000 #1 get is called',
    '>>> 2501.000 #1 get (of 2500.000) answers v1 from memory',
  ])
})

test('a timeline leaves out what was long before and what came after', () => {
  const seen = read({})
  const lines = told(
    { reads: [read({ t0: 10, t1: 11 }), seen, read({ t0: 2600, t1: 2601 })], writes: [write] },
    seen,
  )
  expect(lines.filter(line => line.includes('get'))).toHaveLength(2)
})
