import { expect, inject, test } from 'vitest'
import { open, space } from './support/caches.ts'

test('when a delete resolves, the other instance has mostly obeyed it', async () => {
  const options = { namespace: space(), redis: inject('redisUrl') }
  await using a = await open(options)
  await using b = await open(options)
  let obeyed = 0
  const rounds = 200
  for (let i = 0; i < rounds; i++) {
    await b.set('k', i)
    await a.delete('k')
    if (b.getSync('k') === undefined) obeyed++
  }
  // Without the PING that goes ahead it is a fifth of them. Redis promises no order, and a busy machine mixes it.
  expect(obeyed).toBeGreaterThan(rounds / 2)
})
