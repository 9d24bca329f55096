import { expect, test } from 'vitest'
import { renderSpread, type Spread } from '../src/index.ts'

const base: Spread = {
  title: 'Hits',
  axis: 'time, ns',
  log: false,
  kinds: ['ours', 'others'],
  rows: [],
  bounds: [],
}
const draw = (some: Partial<Spread>): string => renderSpread({ ...base, ...some }).text
const labels = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)/g)].map(match => match[1] ?? '')

test('each row has its name, its middle and its colour', () => {
  const rows = [
    { name: 'a', kind: 'ours', spread: [1, 1.5, 2] },
    { name: 'b', kind: 'others', spread: [10, 20, 30] },
  ] as const
  const svg = draw({ rows })
  expect(labels(svg)).toEqual(expect.arrayContaining(['a', 'b', '1.5', '20', 'time, ns']))
  expect(svg).toContain('var(--series-1)')
  expect(svg).toContain('var(--series-2)')
  expect(svg).toContain('aria-label="Hits. time, ns. a: 1.5; b: 20"')
})

test('a row without figures says why', () => {
  const svg = draw({ rows: [{ name: 'a', kind: 'ours', failed: 'it threw' }] })
  expect(labels(svg)).toContain('✗ it threw')
  expect(svg).toContain('a: it threw')
})

test('the middle lies between the quartiles on a logarithmic axis, and bounds are on it', () => {
  const rows = [
    { name: 'a', kind: 'ours', spread: [0.01, 0.1, 1] },
    { name: 'b', kind: 'ours', spread: [100, 1000, 10_000] },
  ] as const
  const svg = draw({ rows, log: true, bounds: [{ at: 20_000, label: 'the goal' }] })
  const lines = [...svg.matchAll(/<path d="M([\d.]+) [\d.]+L([\d.]+) [\d.]+"[^>]*stroke-width="5"/g)]
  const circles = [
    ...svg.matchAll(
      /<(?:circle|path)[^>]*transform="matrix\([^)]*,([\d.]+),[\d.]+\)"[^>]*fill="var\(--series-1\)"|<circle cx="([\d.]+)"/g,
    ),
  ]
  expect(lines).toHaveLength(2)
  expect(circles).toHaveLength(2)
  for (const [at, line] of lines.entries()) {
    const [from, to, middle] = [
      Number(line[1]),
      Number(line[2]),
      Number(circles[at]?.[1] ?? circles[at]?.[2]),
    ]
    expect(middle).toBeCloseTo((from + to) / 2, 0)
  }
  expect(labels(svg)).toContain('the goal')
})

test('figures that are all 0 are drawn all the same', () => {
  expect(labels(draw({ log: true, rows: [{ name: 'a', kind: 'ours', spread: [0, 0, 0] }] }))).toContain('a')
})
