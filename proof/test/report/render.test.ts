import { expect, test } from 'vitest'
import { renderReport } from '../../src/report/render.ts'
import type { Plot } from '../../src/section.ts'
import { report, section, tally } from './fixture.ts'

const plot: Plot = {
  title: 'Recovery',
  kind: 'bar',
  xLabel: 'fault',
  yLabel: 'ms',
  series: [{ name: 'max', points: [['cut', 12]] }],
  bound: { axis: 'y', at: 3000, label: '3 s' },
}

test('the page asks nothing of anybody: no script, no file, no address', () => {
  const counts = { histories: [tally('standalone')] }
  const page = renderReport(report([section('history', { plots: [plot], counts })]))
  expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(/i)
  const addresses = page
    .match(/https?:\/\/[^"\s]+/g)
    ?.filter(address => !address.startsWith('http://www.w3.org/'))
  expect(addresses ?? []).toEqual([])
})

test('what a section says is text, not HTML', () => {
  const detail = '<img src=x onerror="alert(1)"> & \'more\''
  const failure = { title: '<b>I1</b>', detail, repeat: 'pnpm prove history' }
  const page = renderReport(report([section('history', { failures: [failure], summary: '1 < 2' })]))
  expect(page).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; &#39;more&#39;')
  expect(page).toContain('Not kept: &lt;b&gt;I1&lt;/b&gt;')
  expect(page).not.toContain('<img')
})

test('a failure comes with its command and a link to its lanes', () => {
  const failure = {
    title: 'I1',
    detail: 'x',
    repeat: 'pnpm prove history --seed 7',
    view: 'history/seed 7 #1.html',
  }
  const page = renderReport(report([section('history', { failures: [failure] })]))
  expect(page).toContain('<code>pnpm prove history --seed 7</code>')
  expect(page).toContain('href="history/seed%207%20%231.html"')
})

test('a broken promise stands out in its topology', () => {
  const histories = [tally('standalone'), tally('Cluster', { violations: { monotonic: 4 } })]
  const page = renderReport(report([section('history', { counts: { histories } })]))
  expect(page).toMatch(/I4<\/span>[^]{0,200}<td class="num zero">0<\/td>\s*<td class="num broken">4<\/td>/)
})

test('whether the checker can see is part of what is promised', () => {
  const histories = [tally('standalone')]
  const row = (page: string): string => /I9<\/span>[^]*?<\/tr>/.exec(page)?.[0] ?? ''
  const checked = section('history', { counts: { histories } })
  const blind = section('control', { failures: [{ title: 'I9', detail: '', repeat: '' }] })
  expect(row(renderReport(report([checked])))).toContain('not in this run')
  expect(row(renderReport(report([checked, section('control')])))).toMatch(/>\s*caught\s*</)
  expect(row(renderReport(report([checked, blind])))).toMatch(/>\s*not caught\s*</)
})

test('another kind of run brings its own words and figures', () => {
  const page = renderReport(report([section('soak')]), {
    title: 'A long run',
    method: ['It runs for long.'],
    limits: ['One night.'],
    tiles: [{ label: 'Growth', value: 0.3, unit: 'MB/h', bound: '< 1 MB/h' }],
    promises: false,
  })
  expect(page).toContain('<title>A long run</title>')
  expect(page).toContain('It runs for long.')
  expect(page).toContain('0.3 <span class="unit">MB/h</span>')
  expect(page).not.toContain('What is promised')
})

test('code in a text is code, and nothing else is', () => {
  const some = { ...section('memory'), explains: 'Up to `maxBytes` <b>.' }
  expect(renderReport(report([some]))).toContain('Up to <code>maxBytes</code> &lt;b&gt;.')
})
