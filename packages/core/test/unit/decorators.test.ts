import { expect, test } from 'vitest'
import { Cached, createCache, Invalidates } from '../../src/index.ts'
import { codeOf } from '../codec/support.ts'

/*
 * Standard decorators, applied by hand as the compiler does: `(method, context) => method`. Sources that run by type stripping
 * cannot hold the syntax.
 */
function method(name: string): ClassMethodDecoratorContext<Shop, never> {
  return { kind: 'method', name } as ClassMethodDecoratorContext<Shop, never>
}

class Shop {
  readonly cache = createCache()
  loads = 0
}

function price(this: Shop, id: number): Promise<number> {
  this.loads++
  return Promise.resolve(id * 100 + this.loads)
}

function rename(this: Shop, id: number, name: string): Promise<string> {
  return name === '' ? Promise.reject(new Error('no name')) : Promise.resolve(`${id} ${name}`)
}

const ofShop = (shop: Shop) => shop.cache
const cachedPrice = Cached<Shop, [number], number>(ofShop, { ttl: '1m', tags: id => [`product:${id}`] })(
  price,
  method('price') as never,
)

test('a cached method is called once for its arguments, with its object, and once more after its tag', async () => {
  const shop = new Shop()
  const priceOf = (id: number): Promise<number> => cachedPrice.call(shop, id)
  expect([await priceOf(1), await priceOf(1), await priceOf(2)]).toStrictEqual([101, 101, 202])
  await shop.cache.deleteByTag('product:1')
  expect([await priceOf(1), await priceOf(2)]).toStrictEqual([103, 202])
  expect(await shop.cache.get(['Shop.price', 2])).toBe(202)
})

test('the object is no part of the key: two of them share what is cached in one cache', async () => {
  const [one, other] = [new Shop(), new Shop()]
  const shared = createCache()
  const cached = Cached<Shop, [number], number>(shared, { name: 'price' })(price, method('price') as never)
  expect([await cached.call(one, 1), await cached.call(other, 1), other.loads]).toStrictEqual([101, 101, 0])
})

test('a method that invalidates does so after it succeeded, by what it was given and gave', async () => {
  const shop = new Shop()
  const invalidating = Invalidates<Shop, [number, string], string>(ofShop, {
    keys: (result, id) => [['product', id], result],
    tags: ['list'],
  })(rename, method('rename') as never)
  await shop.cache.setMany([
    [['product', 1], 'old'],
    ['1 new', 'old'],
  ])
  await shop.cache.set('list', 'old', { tags: ['list'] })
  await expect(invalidating.call(shop, 1, '')).rejects.toThrow('no name')
  expect(await shop.cache.getMany([['product', 1], '1 new', 'list'])).toStrictEqual(['old', 'old', 'old'])
  expect(await invalidating.call(shop, 1, 'new')).toBe('1 new')
  expect(await shop.cache.getMany([['product', 1], '1 new', 'list'])).toStrictEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('what is no standard method decorator is refused with the remedy', () => {
  const legacy = () => Cached<Shop, [number], number>(ofShop)(price, 'price' as never)
  expect(codeOf(legacy)).toBe('E_OPTION')
  expect(legacy).toThrow('experimentalDecorators')
})
