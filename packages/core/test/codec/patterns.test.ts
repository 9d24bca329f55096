import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ESCAPE, REGEXP } from '../../src/codec/escape.ts'
import { json } from '../../src/codec/json.ts'
import { msgpack } from '../../src/codec/msgpack.ts'
import { revive } from '../../src/codec/revive.ts'
import { errorOf } from './support.ts'

const codec = msgpack()
const again = (value: unknown): unknown => codec.decode(Buffer.from(codec.encode(value)))
const many = (count: number, length: number): RegExp[] =>
  Array.from({ length: count }, () => new RegExp('x'.repeat(length), 'u'))

describe('the regular expressions of a value', () => {
  test.each([
    [128, 0],
    [1, 2032],
    [40, 35],
  ])('%i of %i characters come back', (count, length) => {
    const value = { patterns: length === 0 ? Array.from({ length: count }, () => /a/) : many(count, length) }
    if (length === 0) value.patterns = value.patterns.slice(0, 120) // `/a/` is a character itself
    expect(again(value)).toStrictEqual(value)
  })

  test.each([
    [129, 1],
    [1, 2033],
    [60, 20],
  ])('%i of %i characters are refused when they are written', (count, length) => {
    const error = errorOf(() => codec.encode({ deep: [new Map([['k', many(count, length)]])] }))
    expect(error).toMatchObject({ code: 'E_VALUE', path: 'value' })
    expect(error.message).toContain('regular expressions')
  })

  test('more than are written are refused when they are read, before they are compiled', () => {
    // Half a second and a hundred megabytes each, of 600 bytes.
    const dear = '\\p{RGI_Emoji}'.repeat(43)
    const bomb = Array.from({ length: 5000 }, () => [ESCAPE, REGEXP, dear, 'v'])
    const from = process.cpuUsage()
    expect(() => revive(bomb)).toThrow('more regular expressions')
    expect(process.cpuUsage(from).user / 1000).toBeLessThan(1500)
  })

  test('each value has its own limit', () => {
    for (let i = 0; i < 10; i++) expect(again(many(1, 2000))).toHaveLength(1)
  })
})

// An error is told to logs; what is in Redis may be somebody's data, or meant for a terminal.
test.each<[string, () => unknown]>([
  ['JSON', () => json().decode(Buffer.from('{"name": "Grace \u001b[2J" oops'))],
  ['a regular expression', () => revive([ESCAPE, REGEXP, '(Grace \u001b[2J', ''])],
])('the error of %s that does not read shows nothing of it', (_, read) => {
  let error: unknown
  try {
    read()
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(Error)
  expect(inspect(error, { depth: 9 })).not.toContain('Grace')
})

describe('errors in a value', () => {
  test('are read without taking a trace of each', () => {
    const value = Array.from({ length: 2000 }, () => new TypeError('t'))
    const bytes = Buffer.from(codec.encode(value))
    const limit = Error.stackTraceLimit
    try {
      Error.stackTraceLimit = 200
      let taken = 0
      Error.prepareStackTrace = () => taken++
      codec.decode(bytes)
      expect(taken).toBe(0)
      expect(Error.stackTraceLimit).toBe(200)
    } finally {
      Error.stackTraceLimit = limit
      Reflect.deleteProperty(Error, 'prepareStackTrace')
    }
  })

  test('leave the limit of traces as it was, whatever happens', () => {
    const limit = Error.stackTraceLimit
    expect(() => revive([ESCAPE, 7, 'Error', 'm', 'no list', undefined])).toThrow()
    expect(Error.stackTraceLimit).toBe(limit)
  })
})
