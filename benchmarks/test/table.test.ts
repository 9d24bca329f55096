import { expect, test } from 'vitest'
import { formatTable } from '../src/report/table.ts'

test('a table names what it shows, ratios with their quartiles, figures to the right', () => {
  const ratio = { median: 1.234, q1: 1, q3: 1.5, n: 9 }
  const rows = [
    { read: 'anchor', ratio, ns: { ...ratio, median: 61.72 } },
    { read: 'other', ns: 12_345.6 },
  ]
  expect(formatTable({ title: 'Hits', note: 'less is better', columns: ['read', 'ratio', 'ns'], rows })).toBe(
    [
      'Hits',
      'less is better',
      '',
      'read               ratio      ns',
      '--------------------------------',
      'anchor  1.23 (1.00–1.50)    61.7',
      'other                     12,346',
    ].join('\n'),
  )
})
