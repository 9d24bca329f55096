import { expect, test } from 'vitest'
import type { Comparison } from '../src/results.ts'
import { formatComparison } from '../src/show.ts'

const summary = { median: 2, q1: 1, q3: 3, n: 5 }

test('a comparison is a table: who, where, ratio, value, and why there is none', () => {
  const comparison: Comparison = {
    id: 'x',
    title: 'Hits',
    metric: { name: 'time', unit: 'ns', better: 'less' },
    anchor: 'bare',
    parameter: { name: 'keys', unit: '', scale: 'log' },
    rows: [
      { contender: 'bare', kind: 'floor', at: 10, value: summary, ratio: summary, more: { 'p99 µs': 7 } },
      { contender: 'Other', kind: 'peer', at: 10, failed: 'it hung' },
    ],
  }
  expect(formatComparison(comparison)).toBe(
    [
      'Hits',
      'Less is better.',
      '',
      'contender  keys             ratio         time, ns  p99 µs',
      '-'.repeat(58),
      'bare         10  2.00 (1.00–3.00)                2       7',
      'Other        10                    failed: it hung',
    ].join('\n'),
  )
})
