import { expect, test } from 'vitest'
import { readBulk } from '../src/suites/l2/bare-socket.ts'

const bytes = Buffer.from('$3\r\nabc\r\n$-1\r\n$0\r\n\r\n+OK\r\n')

test('cuts bulk strings out of what arrives, one after the other', () => {
  expect(readBulk(bytes, 0)).toEqual({ bytes: Buffer.from('abc'), end: 9 })
  expect(readBulk(bytes, 9)).toEqual({ bytes: null, end: 14 })
  expect(readBulk(bytes, 14)).toEqual({ bytes: Buffer.alloc(0), end: 20 })
})

test('waits for all of one, and knows what is none', () => {
  for (let cut = 0; cut < 9; cut++) expect(readBulk(bytes.subarray(0, cut), 0)).toBeUndefined()
  expect(readBulk(bytes, 20)?.end).toBe(-1)
})
