import { expect, test } from 'vitest'
import { heard, row, world } from './support.ts'

test('who asks when nothing was heard of for long is not given a value whose load began before that', async () => {
  const { open, redis, clock } = world()
  const [cut, other] = [await open({ maxStaleness: '1s' }), await open({ maxStaleness: '1s' })]
  heard(cut, 'error')
  const first = row<string>()
  const early = cut.getOrSet('k', first.load)
  await first.asked
  redis.connections[0]?.down()
  await other.delete('k')
  await clock.advance('3s')
  const late = cut.getOrSet('k', () => 'new')
  await clock.settle()
  first.answer('old')
  expect(await early).toBe('old')
  expect(await late).toBe('new')
})
