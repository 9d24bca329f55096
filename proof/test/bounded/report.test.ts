import { expect, test } from 'vitest'
import type { Findings } from '../../src/bounded/examination.ts'
import { isBroken, report } from '../../src/bounded/report.ts'
import type { Trial } from '../../src/bounded/trials.ts'

const findings = (name: string, redisMs: number): Findings => ({
  sickness: {
    name,
    about: 'of no use',
    inflict: () => {},
    heal: () => {},
    circuit: undefined,
    invalidations: undefined,
  },
  sick: {
    samples: [
      { operation: 'get', kind: 'read', ms: 150 },
      { operation: 'get', kind: 'read', ms: 3 },
    ],
    wrong: [],
    invalidated: [{ name: 'delete', status: 'deferred', obeyed: true }],
    strict: 'E_REDIS',
    stale: 'old, stale',
    opened: false,
    openReads: [],
    errorsPerSecond: 1,
  },
  recovery: { closedMs: 10, coherentMs: 20, redisMs, drainedMs: 15 },
  lost: [],
  kept: true,
  late: [],
  closeMs: 1,
  ending: { code: 0, signal: null, ms: 200, output: '' },
  noiseMs: 5,
  tries: 1,
})

const trial: Trial = { name: 'a thing', about: 'is small', value: 1, unit: 'ms', bound: 2, trouble: '' }

test('a sickness has a row, and stands out when a promise was broken', () => {
  const { tables } = report([findings('borne', 30), findings('fatal', Infinity)], [trial])
  const [matrix] = tables
  expect(matrix?.rows.map(({ mark }) => mark)).toEqual([undefined, 'bad'])
  expect(matrix?.rows[1]?.cells).toContain('never')
  for (const { columns, rows } of tables)
    for (const { cells } of rows) expect(cells).toHaveLength(columns.length)
})

test('the slowest recovery is named with its sickness, and is a number even where there was none', () => {
  expect(report([findings('borne', 30), findings('fatal', Infinity)], []).counts).toEqual({
    recovery: { slowestMs: 6000, boundMs: 3000, fault: 'fatal' },
  })
  expect(JSON.stringify(report([findings('fatal', Infinity)], []).plots)).not.toContain('null')
})

test('a trial is broken by its value or by what went wrong beside it', () => {
  expect(isBroken(trial)).toBe(false)
  expect(isBroken({ ...trial, value: 3 })).toBe(true)
  expect(isBroken({ ...trial, trouble: 'it ended with 1' })).toBe(true)
})
