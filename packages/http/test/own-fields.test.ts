import { expect, test } from 'vitest'
import { ownFields, snapshotOf, withVary } from '../src/index.ts'
import { byNameOf } from '../src/headers.ts'

test('what a handler adds to a list in place is its own', () => {
  const now = { 'set-cookie': ['a=1'], 'x-by': 'middleware' }
  const before = snapshotOf(now)
  now['set-cookie'].push('b=2')
  expect(ownFields(now, before)).toEqual({ 'set-cookie': ['a=1', 'b=2'] })
})

test('of Vary only what was added is its own, and numbers become text', () => {
  const before = snapshotOf({ vary: 'Origin', 'x-same': 1 })
  const now = { vary: 'Origin, Accept', 'x-same': 1, 'content-length': 5, 'x-none': undefined }
  expect(ownFields(now, before)).toEqual({ vary: 'accept', 'content-length': '5' })
})

test('the Vary of a reply is joined to the one that is set', () => {
  const headers = ['vary', 'accept', 'etag', '"a"']
  const byName = byNameOf(headers)
  expect(withVary({ headers, byName }, undefined)).toBe(byName)
  expect(withVary({ headers, byName }, 'Origin, Accept')).toEqual({ vary: 'origin, accept', etag: '"a"' })
  expect(withVary({ headers: ['etag', '"a"'], byName }, 'Origin')).toEqual({ etag: '"a"' })
})

test('a field that is given twice is a list, whatever its case', () => {
  expect(byNameOf(['cache-status', 'origin; hit', 'Cache-Status', 'tiercache; hit'])).toEqual({
    'cache-status': ['origin; hit', 'tiercache; hit'],
  })
})
