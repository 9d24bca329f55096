import { expect, test } from 'vitest'
import { count, ms, percent, sparkline, table } from '../src/view/format.ts'

test('numbers are short and grouped', () => {
  expect([count(7), count(1234567), ms(0.5), ms(12.34), ms(2345)]).toEqual([
    '7',
    '1 234 567',
    '0.50 ms',
    '12.3 ms',
    '2 345 ms',
  ])
  expect([percent(0.8768), percent(Number.NaN)]).toEqual(['87.7 %', '–'])
})

test('columns align whatever colours the cells have', () => {
  const coloured = '\u001B[31mab\u001B[39m'
  expect(
    table([
      ['name', 'n'],
      [coloured, '100'],
    ]),
  ).toBe(`name    n\n${coloured}    100`)
})

test('a sparkline spans from nothing to the top and stays inside', () => {
  expect(sparkline([0, 0.5, 1, 2, Number.NaN], 1)).toBe('▁▅██ ')
})
