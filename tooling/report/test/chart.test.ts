import { expect, test } from 'vitest'
import { type Plot, renderChart } from '../src/index.ts'

const base: Plot = { title: 'A plot', kind: 'bar', xLabel: 'x', yLabel: 'y', series: [] }
const labels = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)/g)].map(match => match[1] ?? '')

test('colours are those of the page, so that a chart follows its theme', () => {
  const svg = renderChart({ ...base, series: [{ name: 'a', points: [['p', 1]] }] })
  expect(svg).toContain('fill="var(--series-1)"')
  expect(svg).toContain('var(--faint)')
  expect(svg).not.toMatch(/#0[1-5]0[1-5]0[1-6]/)
})

test('a bound is drawn even where all bars stay far below it', () => {
  const bound = { axis: 'y', at: 3000, label: 'three seconds' } as const
  const svg = renderChart({ ...base, series: [{ name: 'a', points: [['p', 1]] }], bound })
  expect(labels(svg)).toContain('three seconds')
  expect(svg).toContain('stroke="var(--bad)"')
})

test('a histogram whose buckets grow gets a place for its bound', () => {
  const points = [1, 2, 5, 10].map(x => [x, 100 / x] as const)
  const bound = { axis: 'x', at: 2000, label: 'Δ' } as const
  const svg = renderChart({ ...base, kind: 'histogram', logY: true, series: [{ name: 'a', points }], bound })
  expect(labels(svg)).toEqual(expect.arrayContaining(['10', '2,000', 'Δ']))
})

test('long names of bars lie down, and all of them are shown', () => {
  const names = Array.from({ length: 20 }, (_, at) => `a fault with a long name, number ${at}`)
  const svg = renderChart({ ...base, series: [{ name: 'a', points: names.map((name, at) => [name, at]) }] })
  expect(labels(svg)).toEqual(expect.arrayContaining(names))
})

test('names that could be markup stay text', () => {
  const svg = renderChart({ ...base, series: [{ name: 'a', points: [['<script>', 1]] }] })
  expect(svg).not.toContain('<script')
})

test('a line shows where the middle half of what was measured lies', () => {
  const points = [1, 10, 100].map(x => [x, x] as const)
  const quartiles = [1, 10, 100].map(x => [x, x / 2, x * 2] as const)
  const svg = renderChart({
    ...base,
    kind: 'line',
    logX: true,
    logY: true,
    series: [{ name: 'a', points, quartiles }],
  })
  const upright = [...svg.matchAll(/<path d="M([\d.]+) [\d.]+L([\d.]+) [\d.]+"[^>]*stroke-width="5"/g)]
  expect(upright.map(([, from, to]) => from === to)).toEqual([true, true, true])
})
