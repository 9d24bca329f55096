import assert from 'node:assert/strict'
import { headerBytes } from '../../codec/envelope.ts'
import {
  EPOCH,
  fillRequest,
  invalidateRequest,
  isThere,
  leaseRequest,
  LONG_MS,
  put,
  take,
  type WorldTest,
} from './store-world.ts'

export function leaseTests(test: WorldTest): void {
  test('a key without a value is leased to who asks first, from the head of the log on', async world => {
    const { store } = await world.open()
    assert.deepEqual(await store.lease(0, leaseRequest('a')), { kind: 'lease', epoch: EPOCH, s0: 0 })
    await store.invalidate(0, invalidateRequest())
    const second = leaseRequest('b', { epochIfNew: 'epoch-02' })
    assert.deepEqual(await store.lease(0, second), { kind: 'lease', epoch: EPOCH, s0: 1 })
  })

  test('who asks while another holds the lease is told how long that lasts', async world => {
    const { store } = await world.open()
    await take(store, 'a', { leaseMs: 5000 })
    const reply = await store.lease(0, leaseRequest('a', { token: 'other' }))
    assert.ok(reply.kind === 'wait' && reply.leaseMs > 0 && reply.leaseMs <= 5000, JSON.stringify(reply))
  })

  test('a value is answered instead of a lease', async world => {
    const { store } = await world.open()
    const bytes = await put(store, 'a')
    assert.deepEqual(await store.lease(0, leaseRequest('a')), { kind: 'value', bytes })
  })

  test('a value that is not good enough is no answer, but one that changed since is', async world => {
    const { store } = await world.open()
    const bytes = await put(store, 'a')
    const reject = headerBytes(bytes)
    await store.invalidate(0, invalidateRequest({ keys: ['a'], soft: true }))
    const changed = await store.lease(0, leaseRequest('a', { reject }))
    assert.ok(changed.kind === 'value' && changed.bytes[2] === 1)
    const again = await store.lease(0, leaseRequest('a', { reject: headerBytes(changed.bytes) }))
    assert.deepEqual(again, { kind: 'lease', epoch: EPOCH, s0: 1 })
  })

  test('a forced lease goes past the value and past the holder, who has lost it', async world => {
    const { store } = await world.open()
    await put(store, 'a')
    await take(store, 'a', { token: 'first', force: true })
    await take(store, 'a', { token: 'second', force: true })
    assert.equal(await store.renew(0, 'a', 'first', LONG_MS), false)
    assert.equal(await store.fill(0, fillRequest('a', { token: 'first' })), 'refused')
    assert.equal(await store.fill(0, fillRequest('a', { token: 'second' })), 'stored')
  })

  test('a lease ends by itself, and what its holder brings later is refused', async world => {
    const { store } = await world.open()
    await take(store, 'a', { token: 'dead', leaseMs: 30 })
    await world.until('the lease ends', async () => {
      const reply = await store.lease(0, leaseRequest('a', { token: 'next' }))
      return reply.kind === 'lease'
    })
    assert.equal(await store.fill(0, fillRequest('a', { token: 'dead' })), 'refused')
    assert.equal(await isThere(store, 'a'), false)
    assert.equal(await store.fill(0, fillRequest('a', { token: 'next' })), 'stored')
  })

  test('renewing keeps a lease, also while others wait for it, and says when it is lost', async world => {
    const { store } = await world.open()
    await take(store, 'a', { leaseMs: 500 })
    await store.lease(0, leaseRequest('a', { token: 'other' }))
    assert.equal(await store.renew(0, 'a', 'token', LONG_MS), true)
    const reply = await store.lease(0, leaseRequest('a', { token: 'other' }))
    assert.ok(reply.kind === 'wait' && reply.leaseMs > 500)
    assert.equal(await store.renew(0, 'a', 'other', LONG_MS), false)
    await store.invalidate(0, invalidateRequest({ keys: ['a'] }))
    assert.equal(await store.renew(0, 'a', 'token', LONG_MS), false)
  })

  test('releasing gives back a lease of one’s own and no other', async world => {
    const { store } = await world.open()
    await take(store, 'a')
    await store.release(0, 'a', 'other')
    assert.equal((await store.lease(0, leaseRequest('a'))).kind, 'wait')
    await store.release(0, 'a', 'token')
    assert.equal((await store.lease(0, leaseRequest('a'))).kind, 'lease')
  })

  test('who waits for a lease is woken when it is filled or released; where nobody waits nothing is said', async world => {
    const { store } = await world.open()
    const { store: other, messages } = await world.open()
    await put(store, 'alone')
    await take(store, 'filled')
    await other.lease(0, leaseRequest('filled', { token: 'other' }))
    await store.fill(0, fillRequest('filled'))
    await take(store, 'released')
    await other.lease(0, leaseRequest('released', { token: 'other' }))
    await store.renew(0, 'released', 'token', LONG_MS)
    await store.release(0, 'released', 'token')
    await take(store, 'refused')
    await other.lease(0, leaseRequest('refused', { token: 'other' }))
    await store.fill(0, fillRequest('refused', { epoch: 'epoch-xx' }))
    await world.until('three messages', () => messages.length >= 3)
    assert.deepEqual(messages, ['0 F|filled', '0 F|released', '0 F|refused'])
  })
}
