import { expect, test } from 'vitest'
import { compare, failuresOf, renamed, type Shown } from '../src/run/compare.ts'
import { chosen, type Contenders, floor, ours } from '../src/run/contender.ts'

const peer = {
  kind: 'peer',
  id: 'other',
  peer: 'Other',
  setting: 'fast',
  givesUp: 'safety',
  prepare: () => () => {},
} as const
const contenders: Contenders = {
  bare: floor(() => () => {}),
  mine: ours(() => () => {}),
  'Other, fast': peer,
}

const shown: Shown = {
  id: 'x',
  title: 'X',
  metric: { name: 'time', unit: 'ns', better: 'less', figure: 'ns' },
  more: { 'B allocated': 'bytes' },
  anchor: 'bare',
  parameter: { name: 'keys', unit: '', scale: 'log' },
  contenders,
  tasks: [{ task: 'few', at: 10 }],
  targets: name => (name === 'mine' ? { of: 'ratio', goal: 2 } : undefined),
}

const figures = (...ns: number[]): { ns: number; bytes: number }[] =>
  ns.map(value => ({ ns: value, bytes: 8 }))

test('a row has the value over all rounds, the ratio inside each, and who it is', () => {
  const { rows, metric } = compare(
    { few: { bare: figures(1, 10), mine: figures(3, 30), 'Other, fast': figures(5, 50) } },
    shown,
  )
  expect(metric).toEqual({ name: 'time', unit: 'ns', better: 'less' })
  expect(rows.map(({ contender, kind, at }) => [contender, kind, at])).toEqual([
    ['bare', 'floor', 10],
    ['mine', 'ours', 10],
    ['Other, fast', 'peer', 10],
  ])
  expect(rows[1]).toMatchObject({
    value: { median: 16.5, n: 2 },
    ratio: { median: 3, q1: 3, q3: 3 },
    more: { 'B allocated': { median: 8 } },
    target: { of: 'ratio', goal: 2 },
  })
  expect(rows[2]).toMatchObject({ peer: 'Other', setting: 'fast', givesUp: 'safety' })
  expect(rows[2]).not.toHaveProperty('target')
})

test('who failed has a reason and no value, and is no failure of the run if it is a peer', () => {
  const comparison = compare({ few: { bare: figures(1), mine: figures(2), 'Other, fast': 'it hung' } }, shown)
  expect(comparison.rows[2]).toMatchObject({ contender: 'Other, fast', failed: 'it hung' })
  expect(comparison.rows[2]).not.toHaveProperty('value')
  expect(failuresOf([comparison])).toEqual([])
})

test('without its anchor a row has no ratio, and the run has failed', () => {
  const comparison = compare(
    { few: { bare: 'no preparation', mine: figures(2), 'Other, fast': figures(2) } },
    shown,
  )
  expect(comparison.rows[1]).not.toHaveProperty('ratio')
  expect(failuresOf([comparison])).toEqual(['x: bare at 10: no preparation'])
})

test('who was not in a task has no row for it', () => {
  const { rows } = compare({ few: { bare: figures(1) } }, shown)
  expect(rows.map(({ contender }) => contender)).toEqual(['bare'])
})

test('other names for outcomes, and none for those left out', () => {
  const outcomes = renamed({ few: { 'a: x': figures(1), 'b: x': figures(2) } }, name =>
    name.startsWith('a: ') ? name.slice(3) : undefined,
  )
  expect(outcomes).toEqual({ few: { x: figures(1) } })
})

test('only peers can be left out', () => {
  expect(Object.keys(chosen(contenders, []))).toEqual(['bare', 'mine'])
  expect(Object.keys(chosen(contenders, ['other']))).toEqual(Object.keys(contenders))
})
