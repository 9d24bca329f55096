import assert from 'node:assert/strict'
import {
  EPOCH,
  fillRequest,
  invalidateRequest,
  leaseRequest,
  put,
  take,
  type WorldTest,
} from './store-world.ts'

/** What is asked for many keys in one tick may travel together, and nobody can tell. */
export function manyTests(test: WorldTest): void {
  test('leases of one tick are each what they would be alone', async world => {
    const { store } = await world.open()
    const bytes = await put(store, 'there')
    await take(store, 'held', { token: 'other' })
    await store.invalidate(0, invalidateRequest())
    const lease = { kind: 'lease', epoch: EPOCH, s0: 1 }
    const ids = ['new', 'there', 'held', 'newer', 'new']
    const [first, value, held, second, again] = await Promise.all(
      ids.map(id => store.lease(0, leaseRequest(id, { epochIfNew: 'epoch-02' }))),
    )
    assert.deepEqual([first, value, second], [lease, { kind: 'value', bytes }, lease])
    assert.deepEqual([held?.kind, again?.kind], ['wait', 'wait'])
    const force = { token: 'forced', force: true }
    assert.deepEqual(
      await Promise.all(ids.map(id => store.lease(0, leaseRequest(id, force)))),
      Array(5).fill(lease),
    )
    assert.equal(await store.renew(0, 'held', 'other', 1000), false)
  })

  test('leases of one tick begin one log where there is none', async world => {
    const { store } = await world.open()
    const epochs = ['epoch-03', 'epoch-04', 'epoch-05']
    const replies = await Promise.all(
      epochs.map(epochIfNew => store.lease(0, leaseRequest(`of ${epochIfNew}`, { epochIfNew }))),
    )
    const begun = replies.map(reply => (reply.kind === 'lease' ? reply.epoch : reply.kind))
    assert.equal(new Set(begun).size, 1, begun.join())
    assert.ok(epochs.includes(begun[0] ?? ''), begun.join())
  })

  test('fills of one tick are each stored or refused by themselves, and each wakes who waits', async world => {
    const { store } = await world.open()
    const { store: other, messages } = await world.open()
    const ids = ['stored', 'tagged', 'of another', 'late', 'old', 'last']
    await Promise.all(ids.map(id => take(store, id, { token: `of ${id}` })))
    await Promise.all(ids.map(id => other.lease(0, leaseRequest(id))))
    await store.invalidate(0, invalidateRequest({ keys: ['late'], slots: [7] }))
    const fill = { s0: 0, slots: [9, 70] }
    const replies = await Promise.all([
      store.fill(0, fillRequest('stored', { ...fill, token: 'of stored' })),
      store.fill(0, fillRequest('tagged', { ...fill, token: 'of tagged', slots: [70, 7] })),
      store.fill(0, fillRequest('of another', fill)),
      store.fill(0, fillRequest('late', { ...fill, token: 'of late' })),
      store.fill(0, fillRequest('old', { ...fill, token: 'of old', epoch: 'epoch-00' })),
      store.fill(0, fillRequest('last', { ...fill, token: 'of last', slots: [] })),
    ])
    assert.deepEqual(replies, ['stored', 'refused', 'refused', 'refused', 'refused', 'stored'])
    const found = await store.read(0, ids)
    assert.deepEqual(
      found.map(bytes => bytes !== undefined),
      [true, false, false, false, false, true],
    )
    const woken = (): string[] => messages.filter(message => message.startsWith('0 F|'))
    await world.until('the messages', () => woken().length >= 4)
    assert.deepEqual(woken(), ['0 F|stored', '0 F|tagged', '0 F|old', '0 F|last'])
    assert.equal(await store.renew(0, 'of another', 'of of another', 1000), true)
  })

  test('leases of one tick are given back each by its own token', async world => {
    const { store } = await world.open()
    await Promise.all(['a', 'b', 'c'].map(id => take(store, id)))
    await Promise.all([
      store.release(0, 'a', 'token'),
      store.release(0, 'b', 'other'),
      store.release(0, 'c', 'token'),
    ])
    const replies = await Promise.all(['a', 'b', 'c'].map(id => store.lease(0, leaseRequest(id))))
    assert.deepEqual(
      replies.map(({ kind }) => kind),
      ['lease', 'wait', 'lease'],
    )
  })

  test('more than travel together, or more bytes than do, are all carried out', async world => {
    const { store } = await world.open()
    const ids = Array.from({ length: 300 }, (_, i) => `many:${i}`)
    await Promise.all(ids.map(id => take(store, id)))
    const tails = ids.map((id, i) => Buffer.alloc(i % 3 === 0 ? 5000 : 10, id))
    const fills = await Promise.all(
      ids.map((id, i) => store.fill(0, fillRequest(id, { tail: tails[i] ?? Buffer.alloc(0) }))),
    )
    assert.deepEqual(new Set(fills), new Set(['stored']))
    const found = await store.read(0, ids)
    assert.ok(found.every((bytes, i) => bytes?.subarray(-(tails[i]?.length ?? 0)).equals(tails[i] ?? bytes)))
  })
}
