import { expect, test } from 'vitest'
import { row, world } from './support.ts'

/* An instance that lost the message of an invalidation may hold the older value for Δ. Once it has answered with the newer, it may not go back. */

test('a value that was answered but not kept leaves no older one behind in memory', async () => {
  const { open, redis } = world()
  const [reader, writer] = [await open(), await open()]
  await reader.set('k', 'v1')
  redis.dropMessages()
  await writer.delete('k')
  expect(await reader.get('k')).toBe('v1')
  const first = row<string>()
  const second = row<string>()
  const one = reader.getOrSet('k', first.load, { fresh: true })
  await first.asked
  const two = reader.getOrSet('k', second.load, { fresh: true })
  await second.asked
  first.answer('v2')
  expect(await one).toBe('v2')
  second.fail(new Error('no database'))
  await expect(two).rejects.toThrow('no database')
  expect(await reader.get('k')).not.toBe('v1')
})

test('neither does one that its loader asked not to keep', async () => {
  const { open, redis } = world()
  const [reader, writer] = [await open(), await open()]
  await reader.set('k', 'v1')
  redis.dropMessages()
  await writer.delete('k')
  const skipping = ({ skip }: { skip: () => void }): string => {
    skip()
    return 'v2'
  }
  expect(await reader.getOrSet('k', skipping, { fresh: true })).toBe('v2')
  expect(await reader.get('k')).not.toBe('v1')
})

test('a value whose own message overtakes it is answered, not loaded, and read again the next time', async () => {
  const { open, clock } = world({ latencyMs: (_, connection) => (connection === 0 ? 10 : 0) })
  const opening = open()
  await clock.advance(100)
  const reader = await opening
  const writer = await open()
  const reading = reader.getOrSet('k', () => 'loaded')
  await writer.set('k', 'new')
  await clock.advance(100)
  expect([await reading, reader.getSync('k')]).toEqual(['new', undefined])
  const again = reader.getOrSet('k', () => 'loaded')
  await clock.advance(100)
  expect([await again, reader.getSync('k'), reader.stats().loads]).toEqual(['new', 'new', 0])
})
