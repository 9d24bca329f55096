import { expect, test } from 'vitest'
import { row, world } from './support.ts'

/* Who joins a flight that loads takes what it found only if that is still good: an invalidation may have come meanwhile. */

test('a stale value that was deleted by tag or prefix is not served to those who come after', async () => {
  const { open } = world()
  const [a, b] = [await open(), await open()]
  const life = { ttl: '10s', grace: '1m', swr: true } as const
  for (const [key, forget] of [
    ['by:tag', () => b.deleteByTag('t')],
    ['by:prefix', () => b.deleteByPrefix('by')],
  ] as const) {
    await a.set(key, 'old', { tags: ['t'], ttl: '10s', grace: '1m' })
    await a.expire(key)
    const { load, asked, answer } = row<string>()
    expect(await b.getOrSetEntry(key, load, { ...life, tags: ['t'] })).toMatchObject({
      value: 'old',
      stale: true,
    })
    await asked
    await forget()
    const later = b.getOrSetEntry(key, () => 'new', { ...life, tags: ['t'] })
    expect(await b.getEntry(key)).toBeUndefined()
    answer('loaded before')
    expect(await later).toMatchObject({ value: 'new', stale: false })
  }
})

test('a value that is due and was deleted by tag is not served as fresh to those who come after', async () => {
  const { open, clock } = world()
  const [a, b] = [await open(), await open()]
  const ahead = { tags: ['t'], ttl: '10s', refreshAhead: 0.01 } as const
  await a.set('f', 'old', { tags: ['t'], ttl: '10s' })
  await clock.advance(200)
  await b.getOrSet('f', () => 'never', ahead)
  await clock.advance(200)
  const { load, asked, answer } = row<string>()
  expect(await b.getOrSet('f', load, ahead)).toBe('old')
  await asked
  await b.deleteByTag('t')
  expect(await b.getEntry('f')).toBeUndefined()
  answer('loaded before')
  expect(await b.getOrSet('f', () => 'new', ahead)).toBe('new')
})
