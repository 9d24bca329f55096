import { expect, test } from 'vitest'
import { readOptions } from '../../src/cli/options.ts'

const known = ['simulate', 'history', 'soak']
const read = (...argv: string[]): ReturnType<typeof readOptions> => readOptions(argv, known)

test('without a word, everything runs from seed 1', () => {
  expect(read()).toMatchObject({ sections: [], seed: 1, seeds: undefined, quick: false, out: undefined })
})

test('sections, seeds and a folder are taken, wherever they stand', () => {
  const options = read('history', '--seed', '7', '--', 'simulate', '--seeds=500', '--out', 'here', 'history')
  expect(options).toMatchObject({ sections: ['history', 'simulate'], seed: 7, seeds: 500, out: 'here' })
})

test.each([
  [['histroy'], /There is no section "histroy"\. There are: simulate, history, soak\./],
  [['sim'], /no section "sim"\. Did you mean simulate\?/],
  [['--seed', 'x'], /--seed takes a whole number from 0 to 4294967295, not "x"/],
  [['--seed', '-1'], /--seed/],
  [['--seed', '1.5'], /--seed takes a whole number/],
  [['--seeds', '0'], /--seeds takes a whole number from 1 to 10000000, not "0"/],
  [['--seeds', ''], /--seeds takes a whole number/],
  [['--out', ' '], /--out takes the folder/],
  [['--seed'], /--seed/],
  [['--fast'], /--fast/],
  [['--quick=yes'], /--quick/],
])('%j is refused in words that help', (argv, message) => {
  expect(() => read(...argv)).toThrow(message)
})
