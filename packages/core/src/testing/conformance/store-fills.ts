import assert from 'node:assert/strict'
import { joinEnvelope } from '../../codec/envelope.ts'
import { EVERYTHING } from '../../coherence/slots.ts'
import {
  EPOCH,
  fillRequest,
  invalidateRequest,
  isThere,
  leaseRequest,
  one,
  put,
  take,
  tailOf,
  type WorldTest,
} from './store-world.ts'

export function fillTests(test: WorldTest): void {
  test('a filled value is read back byte by byte, behind the head of its position', async world => {
    const { store } = await world.open()
    await store.invalidate(0, invalidateRequest())
    const tail = tailOf('a', 'bytes \r\n\0 and 日本')
    const bytes = await put(store, 'a', { tail })
    assert.deepEqual(bytes, joinEnvelope(1, EPOCH, tail))
  })

  test('reads answer in the order of the ids, with nothing where nothing is, and twice for one asked twice', async world => {
    const { store } = await world.open()
    const a = await put(store, 'a')
    const b = await put(store, 'b')
    assert.deepEqual(await store.read(0, ['b', 'none', 'a', 'b']), [b, undefined, a, b])
    assert.deepEqual(await store.read(0, ['none']), [undefined])
    assert.deepEqual(await Promise.all(['b', 'none', 'b'].map(id => one(store, id))), [b, undefined, b])
  })

  const slots = [EVERYTHING, 7, 40_000]
  for (const soft of [false, true]) {
    for (const slot of slots) {
      test(`a fill is refused after its slot ${slot} was ${soft ? 'expired' : 'deleted'} while it loaded`, async world => {
        const { store } = await world.open()
        const { s0 } = await take(store, 'a')
        await store.invalidate(0, invalidateRequest({ slots: [slot], soft }))
        assert.equal(await store.fill(0, fillRequest('a', { s0, slots })), 'refused')
        assert.equal(await isThere(store, 'a'), false)
        const next = await take(store, 'a')
        assert.equal(await store.fill(0, fillRequest('a', { s0: next.s0, slots })), 'stored')
      })
    }

    test(`a fill is refused after its key was ${soft ? 'expired' : 'deleted'} while it loaded`, async world => {
      const { store } = await world.open()
      await take(store, 'a')
      await store.invalidate(0, invalidateRequest({ keys: ['a'], soft }))
      assert.equal(await store.fill(0, fillRequest('a')), 'refused')
      assert.equal(await isThere(store, 'a'), false)
    })
  }

  test('an invalidation of other keys and slots, or from before the lease, refuses no fill', async world => {
    const { store } = await world.open()
    await store.invalidate(0, invalidateRequest({ slots: [7] }))
    const { s0 } = await take(store, 'a')
    await store.invalidate(0, invalidateRequest({ keys: ['b'], slots: [8] }))
    assert.equal(await store.fill(0, fillRequest('a', { s0, slots: [7] })), 'stored')
  })

  test('a refused fill gives its lease back', async world => {
    const { store } = await world.open()
    await take(store, 'a')
    await store.invalidate(0, invalidateRequest({ slots: [7] }))
    await store.fill(0, fillRequest('a', { slots: [7] }))
    assert.equal((await store.lease(0, leaseRequest('a'))).kind, 'lease')
  })

  test('a fill without a lease is refused, and so is one with the token of another', async world => {
    const { store } = await world.open()
    await store.invalidate(0, invalidateRequest())
    assert.equal(await store.fill(0, fillRequest('a', { s0: 1 })), 'refused')
    await take(store, 'a')
    assert.equal(await store.fill(0, fillRequest('a', { token: 'other', s0: 1 })), 'refused')
    assert.equal((await store.lease(0, leaseRequest('a'))).kind, 'wait')
  })

  test('a fill is refused after Redis lost everything, whatever stands there by then', async world => {
    const { store } = await world.open()
    const { epoch, s0 } = await take(store, 'a')
    await world.harness.flush(world.namespace)
    assert.equal(await store.fill(0, fillRequest('a', { epoch, s0 })), 'refused')
    await take(store, 'a', { epochIfNew: 'epoch-02' })
    assert.equal(await store.fill(0, fillRequest('a', { epoch, s0 })), 'refused')
    assert.equal(await isThere(store, 'a'), false)
  })

  test('a value is gone when its time is over', async world => {
    const { store } = await world.open()
    const { s0 } = await take(store, 'a')
    await store.fill(0, fillRequest('a', { s0, expireMs: 30 }))
    await world.until('it expires', async () => !(await isThere(store, 'a')))
    await take(store, 'a')
  })

  test('a value is discarded if its first bytes are the same, and not if it changed', async world => {
    const { store } = await world.open()
    const bytes = await put(store, 'a')
    const changed = Buffer.from(bytes.subarray(0, 50))
    changed[2] = 1
    await store.discard(0, 'a', changed)
    await store.discard(0, 'a', Buffer.concat([bytes, bytes]))
    await store.discard(0, 'a', Buffer.alloc(0))
    await store.discard(0, 'none', bytes)
    assert.equal(await isThere(store, 'a'), true)
    await store.discard(0, 'a', bytes.subarray(0, 50))
    assert.equal(await isThere(store, 'a'), false)
  })
}
