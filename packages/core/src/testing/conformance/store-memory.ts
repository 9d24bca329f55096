import assert from 'node:assert/strict'
import {
  EPOCH,
  fillRequest,
  invalidateRequest,
  isThere,
  leaseRequest,
  LONG_MS,
  put,
  take,
  tailOf,
  type WorldTest,
} from './store-world.ts'

/** What holds when Redis has no memory for anything new. */
export function fullTests(test: WorldTest): void {
  test('without memory: an invalidation deletes all the same and is told to everybody', async world => {
    const { store, messages } = await world.open()
    await put(store, 'a')
    await world.harness.full?.(true)
    const reply = await store.invalidate(0, invalidateRequest({ keys: ['a'], slots: [7] }))
    assert.equal(reply.seq, 1)
    assert.equal(await isThere(store, 'a'), false)
    const sync = await store.sync(0, { epoch: EPOCH, seq: 0, nonce: '-', epochIfNew: EPOCH })
    assert.deepEqual([sync.kind, sync.records.length], ['records', 1])
    await world.until('the message', () => messages.length === 1)
  })

  test('without memory: a soft invalidation marks all the same', async world => {
    const { store } = await world.open()
    await put(store, 'a')
    await world.harness.full?.(true)
    await store.invalidate(0, invalidateRequest({ keys: ['a'], soft: true }))
    const [bytes] = await store.read(0, ['a'])
    assert.equal(bytes?.[2], 1)
  })

  test('without memory: a value set is not stored, and the one before it is gone', async world => {
    const { store } = await world.open()
    await put(store, 'a')
    await take(store, 'b')
    await world.harness.full?.(true)
    const values = ['a', 'b'].map(id => ({ tail: tailOf(id, 'new'), expireMs: LONG_MS }))
    const reply = await store.invalidate(0, invalidateRequest({ keys: ['a', 'b'], values }))
    assert.deepEqual(reply, { epoch: EPOCH, seq: 1, stored: false })
    assert.deepEqual(await store.read(0, ['a', 'b']), [undefined, undefined])
    assert.equal(await store.renew(0, 'b', 'token', LONG_MS), false)
  })

  test('without memory: a fill says so and gives its lease back', async world => {
    const { store } = await world.open()
    const { s0 } = await take(store, 'a')
    await world.harness.full?.(true)
    assert.equal(await store.fill(0, fillRequest('a', { s0 })), 'full')
    assert.equal(await isThere(store, 'a'), false)
    await world.harness.full?.(false)
    await take(store, 'a')
  })

  test('without memory: a lease is an error, and a value there is still answered', async world => {
    const { store } = await world.open()
    const bytes = await put(store, 'a')
    await world.harness.full?.(true)
    assert.deepEqual(await store.lease(0, leaseRequest('a')), { kind: 'value', bytes })
    await assert.rejects(store.lease(0, leaseRequest('b')))
    assert.deepEqual(await store.read(0, ['a']), [bytes])
  })

  test('without memory: of many asked in one tick each is told what it would be alone', async world => {
    const { store } = await world.open()
    const bytes = await put(store, 'there')
    await take(store, 'held', { token: 'other' })
    await take(store, 'a')
    await take(store, 'b')
    await world.harness.full?.(true)
    const ids = ['new', 'there', 'held', 'newer']
    const leases = await Promise.allSettled(ids.map(id => store.lease(0, leaseRequest(id))))
    assert.deepEqual(
      leases.map(one => (one.status === 'fulfilled' ? one.value.kind : 'error')),
      ['error', 'value', 'wait', 'error'],
    )
    const fills = await Promise.all(['a', 'b'].map(id => store.fill(0, fillRequest(id))))
    assert.deepEqual(fills, ['full', 'full'])
    assert.deepEqual(await store.read(0, ['a', 'there', 'b']), [undefined, bytes, undefined])
    await world.harness.full?.(false)
    await Promise.all(['a', 'b', 'new'].map(id => take(store, id)))
  })

  test('without memory: a layout is an error, and one there is still answered', async world => {
    const { store } = await world.open()
    await store.keepLayout('there', Buffer.from('names'), LONG_MS)
    await world.harness.full?.(true)
    await assert.rejects(store.keepLayout('new', Buffer.from('names'), LONG_MS))
    assert.deepEqual(await store.readLayout('there'), Buffer.from('names'))
  })

  test('without memory: the log begins and heals all the same', async world => {
    const { store } = await world.open()
    await world.harness.full?.(true)
    const begun = await store.sync(0, { epoch: '', seq: 0, nonce: '-', epochIfNew: EPOCH })
    assert.deepEqual([begun.kind, begun.epoch], ['epoch', EPOCH])
    await store.heal(0, EPOCH, 5, 'healed-1')
    assert.equal((await store.invalidate(0, invalidateRequest())).seq, 6)
  })
}
