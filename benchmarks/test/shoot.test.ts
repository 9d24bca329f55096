import { expect, test } from 'vitest'
import { now } from '../src/now.ts'
import { goneAfter } from '../src/suites/invalidation/shoot.ts'

test('a value that was gone before its deletion was never there, so nothing was measured', async () => {
  const calledAt = now()
  expect(await goneAfter(calledAt, Promise.resolve(calledAt + 1))).toBe(calledAt + 1)
  await expect(goneAfter(calledAt, Promise.resolve(calledAt - 1))).rejects.toThrow('gone before')
})

test('one whose watcher is gone says so', async () => {
  await expect(goneAfter(now(), Promise.reject(new Error('holder ended with 1')))).rejects.toThrow(
    'ended with 1',
  )
})
