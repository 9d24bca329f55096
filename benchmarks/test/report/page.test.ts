import { expect, test } from 'vitest'
import { renderReport } from '../../src/report/page.ts'
import { comparison, everything, results, row } from './fixture.ts'

const page = renderReport(everything())
const at = (text: string): number => {
  const found = page.indexOf(text)
  expect(found, text).toBeGreaterThan(-1)
  return found
}

test('the page asks nothing of anybody: no script, no file, no address', () => {
  expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\((?!#)/i)
  const addresses = page.match(/https?:\/\/[^"\s]+/g) ?? []
  expect(addresses.filter(address => !address.startsWith('http://www.w3.org/'))).toEqual([])
})

test('the method comes first, then where we lose, then the figures, then how to repeat them', () => {
  const order = ['id="method"', 'id="losses"', 'id="l1"', 'id="l2"', 'id="settings"', 'id="repeat"'].map(at)
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(page).toContain('2 of 4 goals reached; in 2 cases another cache is better than every line of ours.')
})

test('a loss names who is better, by how much, and what that gives up', () => {
  const losses = page.slice(at('id="losses"'), at('id="l1"'))
  expect(losses).toMatch(/L1 hit, synchronous[^]*layered-loader, sync[^]*1\.22[^]*never loads/)
  expect(losses).toMatch(/L2 hit, 1 KB, concurrency 1<[^]*BentoCache/)
})

test('a contender that failed is shown as failed, in the plot and in the table', () => {
  expect(page.match(/found nothing in 512 of 512 reads/g)?.length).toBeGreaterThanOrEqual(2)
})

test('each question has a plot: a spread, one for each of few values, or a curve; exact counts are a table', () => {
  const figures = (id: string): number =>
    /<article id="[^"]*"/.test(page)
      ? (page
          .slice(at(`id="${id}"`))
          .split('</article>')[0]
          ?.match(/<svg/g)?.length ?? 0)
      : 0
  expect(['l1-sync', 'l2-1kb', 'commands', 'scale-keys'].map(figures)).toEqual([1, 3, 0, 1])
})

test('charts take their colours from the page, which has them for light and dark', () => {
  expect(page).toContain('prefers-color-scheme: dark')
  expect(page).toContain('var(--series-1)')
  expect(page).not.toMatch(/#0[1-5]0[1-5]0[1-6]/)
})

test('names that could be markup stay text', () => {
  const rows = [row('ours', '<img src=x>', 1), row('peer', '</svg><script>', 2)]
  const odd = renderReport(results([comparison(rows)]))
  expect(odd).not.toMatch(/<img|<script/)
})

test('a run of the short form says so, and a broken promise is the verdict', () => {
  expect(renderReport({ ...everything(), quick: true })).toContain('Short form, not to be quoted.')
  const broken = renderReport(results([], {}, { failures: ['2 loads in a stampede'] }))
  expect(broken).toContain('1 promise not kept: see below.')
  expect(broken).toContain('Not kept: 2 loads in a stampede')
})

test('a run without a figure is a page all the same', () => {
  expect(renderReport(results([]))).toContain('0 of 0 goals reached')
})
