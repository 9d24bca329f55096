import { createCache } from '@tiercache/core'
import { fakeRedis } from '@tiercache/core/testing'
import { expect, test } from 'vitest'
import { census } from '../../src/memory/census.ts'
import { PrivateFields } from '../../src/memory/private-fields.ts'

class Secretive {
  readonly #names = new Map([['a', 1]])
  readonly #rest: number[] = []
  #nothing: object | undefined

  add(name: string): void {
    this.#names.set(name, this.#rest.push(2))
    this.#nothing = undefined
  }

  get empty(): boolean {
    return this.#nothing === undefined
  }
}

test('private fields that hold objects are handed out themselves, not as copies', () => {
  using fields = new PrivateFields()
  const secretive = new Secretive()
  const names = fields.of(secretive).get('#names')
  secretive.add('b')
  expect([...fields.of(secretive).keys()]).toEqual(['#names', '#rest'])
  expect(names).toEqual(
    new Map([
      ['a', 1],
      ['b', 1],
    ]),
  )
  expect(secretive.empty).toBe(true)
})

test('a census finds the tables of a cache wherever they are, and what is in them', async () => {
  await using cache = createCache({ redis: fakeRedis() })
  await cache.ready()
  await cache.set('a', 1, { tags: ['t'] })
  await cache.deleteByTag(['t', 'u'])
  await cache.deleteMany(['x', 'y', 'z'])
  const tables = census(cache)
  expect(tables.get('Marks.#slots')).toBe(2)
  expect((tables.get('Marks.#young') ?? 0) + (tables.get('Marks.#old') ?? 0)).toBe(4)
  expect(tables.get('Ring.#targets')).toBe(3)
  expect(tables.get('Journal.#hard.keys')).toBe(0)
  expect(tables.get('SlotTier.#slots')).toBe(1)
})
