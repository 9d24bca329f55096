import { describe, expect, test } from 'vitest'
import type { Findings } from '../../src/bounded/examination.ts'
import { BUDGETS_MS, type Kind } from '../../src/bounded/operations.ts'
import { SLACK_MS, verdictOf } from '../../src/bounded/verdict.ts'

const times = (ms: number, count = 40): number[] => Array.from({ length: count }, () => ms)

function samples(kind: Kind, ms: number): Findings['sick']['samples'] {
  return times(ms).map(one => ({ operation: kind, kind, ms: one }))
}

/** A sickness that was borne well. */
const well: Findings = {
  sickness: {
    name: 'ill',
    about: 'of no use',
    inflict: () => {},
    heal: () => {},
    circuit: 'opens',
    invalidations: 'deferred',
  },
  sick: {
    samples: [...samples('read', 150), ...samples('load', 160), ...samples('health', 25)],
    wrong: [],
    invalidated: [{ name: 'delete', status: 'deferred', obeyed: true }],
    strict: 'E_REDIS',
    stale: 'old, stale',
    opened: true,
    openReads: times(0.02),
    errorsPerSecond: 20,
  },
  recovery: { closedMs: 200, coherentMs: 200, redisMs: 210, drainedMs: 190 },
  lost: [],
  kept: true,
  late: [{ operation: 'ready', kind: 'ready', ms: 2000 }],
  closeMs: 5,
  ending: { code: 0, signal: null, ms: 210, output: '' },
  noiseMs: 10,
  tries: 1,
}

const sick = (change: Partial<Findings['sick']>): Findings => ({ ...well, sick: { ...well.sick, ...change } })
const of = (change: Partial<Findings['sickness']>): Findings => {
  return { ...well, sickness: { ...well.sickness, ...change } }
}

test('what was borne well is no failure', () => {
  expect(verdictOf(well)).toEqual([])
})

describe('a broken promise is told', () => {
  const slow = { operation: 'get', kind: 'read', ms: BUDGETS_MS.read + SLACK_MS + 1 } as const
  const broken: [string, Findings, RegExp][] = [
    [
      'one call over its budget',
      sick({ samples: [...samples('read', 5), slow] }),
      /get took 501 ms, its budget is 150 ms/,
    ],
    [
      'half of all calls a little over it',
      sick({ samples: samples('health', 60) }),
      /half of all calls that health/,
    ],
    ['a call that rejected', sick({ wrong: ['get: Error: no'] }), /get: Error: no/],
    ['a circuit that did not open', sick({ opened: false }), /the circuit did not open/],
    ['a circuit that opened for no reason', of({ circuit: 'stays closed' }), /the circuit opened/],
    ['an open circuit that nobody saw', sick({ openReads: [] }), /only 0 reads/],
    ['an open circuit that costs', sick({ openReads: times(1.5) }), /half of all reads took 1.5 ms/],
    ['a flood of errors', sick({ errorsPerSecond: 5000 }), /5000 errors/],
    [
      'an invalidation that is not deferred',
      { ...of({ invalidations: 'committed' }), sick: { ...well.sick, strict: 'committed' } },
      /delete was deferred, not committed/,
    ],
    [
      'an invalidation that was not obeyed',
      sick({ invalidated: [{ name: 'clear', status: 'deferred', obeyed: false }] }),
      /after clear this instance still had the old value/,
    ],
    [
      'an invalidation that rejected',
      sick({ invalidated: [{ name: 'clear', status: 'rejected', obeyed: true }] }),
      /clear was rejected/,
    ],
    ['a strict call that resolved', sick({ strict: 'deferred' }), /a strict delete ended with deferred/],
    ['a stale value that does not say so', sick({ stale: 'old, fresh' }), /got "old, fresh"/],
    ['an invalidation that was lost', { ...well, lost: ['delete in Redis'] }, /lost: delete in Redis/],
    [
      'a value that went with the others',
      { ...well, kept: false },
      /a value that nobody invalidated is gone/,
    ],
    ['a late recovery', { ...well, recovery: { ...well.recovery, coherentMs: 3001 } }, /coherent 3001 ms/],
    [
      'no recovery',
      { ...well, recovery: { ...well.recovery, redisMs: Infinity } },
      /Infinity ms after healing/,
    ],
    [
      'a slow start',
      { ...well, late: [{ operation: 'first getOrSet', kind: 'load', ms: 2000 }] },
      /first getOrSet/,
    ],
    ['a slow end', { ...well, ending: { ...well.ending, ms: 1500 } }, /went on for 1500 ms/],
    ['a slow close', { ...well, closeMs: 1500 }, /close\({ timeout: 500 }\) took 1500 ms/],
    ['a process that died', { ...well, ending: { ...well.ending, code: 1 } }, /ended with 1/],
    ['a warning', { ...well, ending: { ...well.ending, output: '(node:1) Warning' } }, /printed: \(node:1\)/],
  ]

  test.each(broken)('%s', (_, findings, words) => {
    expect(verdictOf(findings).map(({ text }) => text)).toEqual([expect.stringMatching(words)])
  })
})

test('a busy machine excuses what is late, and nothing else', () => {
  const slow = sick({ samples: samples('read', 900) })
  const lost = { ...well, lost: ['delete in Redis'], recovery: { ...well.recovery, redisMs: Infinity } }
  expect(verdictOf(slow).map(({ aboutTime }) => aboutTime)).toEqual([true, true, true, true])
  expect(verdictOf(lost).map(({ aboutTime }) => aboutTime)).toEqual([false, false])
})

test('a Redis that forgets may have lost what nobody invalidated', () => {
  expect(verdictOf({ ...of({ forgets: true }), kept: false })).toEqual([])
})
