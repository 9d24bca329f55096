import { expect, test } from 'vitest'
import { readOptions } from '../src/options.ts'

const known = ['l1', 'l2']

test('nothing said means all suites at full length, kept as latest', () => {
  expect(readOptions([], known)).toEqual({
    suites: [],
    json: false,
    quick: false,
    rounds: undefined,
    save: 'latest',
    help: false,
  })
})

test('takes suites and options in any order, and the -- that pnpm leaves', () => {
  const options = readOptions(['--', 'l2', '--rounds', '3', '--json', 'l1', '--quick'], known)
  expect(options).toMatchObject({ suites: ['l2', 'l1'], rounds: 3, json: true, quick: true })
})

test('says what there is instead of what was asked for', () => {
  expect(() => readOptions(['l3'], known)).toThrow('There is no suite l3. There are l1, l2.')
  expect(() => readOptions(['--rounds', '0'], known)).toThrow('whole number from 1 to 1000')
  expect(() => readOptions(['--save', '../x'], known)).toThrow('--save takes a name')
  expect(() => readOptions(['--fast'], known)).toThrow('--fast')
})
