import { expect, test } from 'vitest'
import { harmIn, pollutionWatch } from '../../src/security/harm.ts'

class Account {}

test.each([
  ['a class', { deep: [new Map([['k', new Account()]])] }],
  ['a function', [{ call: () => 1 }]],
  ['a symbol', { s: Symbol('s') }],
  ['a prototype that was changed', Object.create({ polluted: true })],
  ['endless nesting', Array.from({ length: 1000 }).reduce(inner => [inner], 1)],
])('finds %s', (_, value) => {
  expect(harmIn(value)).toBeTypeOf('string')
})

test('finds none in what a value may hold, with whatever names', () => {
  const named: unknown = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}')
  const value = [
    named,
    null,
    new Map([[1, new Set([new Date(), /x/])]]),
    new Error('e'),
    Buffer.from('b'),
    1n,
  ]
  expect(harmIn(value)).toBeUndefined()
})

test('notices what was added to all objects, at once, and to other shared ones when it looks closely', () => {
  const isPolluted = pollutionWatch()
  expect(isPolluted(true)).toBe(false)
  Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true })
  expect(isPolluted(false)).toBe(true)
  Reflect.deleteProperty(Object.prototype, 'polluted')
  Object.defineProperty(Array.prototype, 'extra', { value: 1, configurable: true })
  expect(isPolluted(true)).toBe(true)
  Reflect.deleteProperty(Array.prototype, 'extra')
  expect(isPolluted(true)).toBe(false)
})
