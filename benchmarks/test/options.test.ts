import { expect, test } from 'vitest'
import { readOptions } from '../src/options.ts'

const known = { suites: ['l1', 'l2'], peers: ['one', 'other'] }

test('nothing said means all suites at full length, kept as latest', () => {
  expect(readOptions([], known)).toEqual({
    suites: ['l1', 'l2'],
    peers: ['one', 'other'],
    json: false,
    quick: false,
    rounds: undefined,
    save: 'latest',
    gate: false,
    help: false,
  })
})

test('takes suites and options in any order, and the -- that pnpm leaves', () => {
  const options = readOptions(['--', 'l2', '--rounds', '3', '--json', 'l1', '--quick'], known)
  expect(options).toMatchObject({ suites: ['l2', 'l1'], rounds: 3, json: true, quick: true })
})

test('takes peers by name, or none of them', () => {
  expect(readOptions(['--peers=other'], known).peers).toEqual(['other'])
  expect(readOptions(['--peers', 'other,one'], known).peers).toEqual(['other', 'one'])
  expect(readOptions(['--peers', 'none'], known).peers).toEqual([])
  expect(readOptions(['--peers', 'all'], known).peers).toEqual(known.peers)
})

test('says what there is instead of what was asked for', () => {
  expect(() => readOptions(['l3'], known)).toThrow('There is no suite l3. There are l1, l2.')
  expect(() => readOptions(['--peers=three'], known)).toThrow('There is no peer three. There are one, other.')
  expect(() => readOptions(['--gate', 'l1'], known)).toThrow('--gate takes nothing else')
  expect(() => readOptions(['--rounds', '0'], known)).toThrow('whole number from 1 to 1000')
  expect(() => readOptions(['--save', '../x'], known)).toThrow('--save takes a name')
  expect(() => readOptions(['--fast'], known)).toThrow('--fast')
})
