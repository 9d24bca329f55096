import assert from 'node:assert/strict'
import { joinEnvelope } from '../../codec/envelope.ts'
import type { InvalidateRequest } from '../../store.ts'
import {
  EPOCH,
  fillRequest,
  invalidateRequest,
  isThere,
  LONG_MS,
  put,
  take,
  tailOf,
  type WorldTest,
} from './store-world.ts'

export function invalidationTests(test: WorldTest): void {
  test('an invalidation deletes the values and ends the leases of its keys, and of no others', async world => {
    const { store } = await world.open()
    await put(store, 'a')
    await put(store, 'c')
    await take(store, 'b')
    const { epoch, seq } = await store.invalidate(0, invalidateRequest({ keys: ['a', 'b'] }))
    assert.deepEqual([epoch, seq], [EPOCH, 1])
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(id => isThere(store, id))), [false, false, true])
    assert.equal(await store.renew(0, 'b', 'token', LONG_MS), false)
  })

  test('a soft invalidation marks the value and keeps it, with its time to live', async world => {
    const { store } = await world.open()
    const { s0 } = await take(store, 'a')
    const tail = tailOf('a', 'kept')
    await store.fill(0, fillRequest('a', { s0, tail, expireMs: 60 }))
    await take(store, 'a', { token: 'loading', force: true })
    await store.invalidate(0, invalidateRequest({ keys: ['a', 'none'], soft: true }))
    assert.deepEqual(await store.read(0, ['a', 'none']), [joinEnvelope(s0, EPOCH, tail, 1), undefined])
    assert.equal(await store.renew(0, 'a', 'loading', LONG_MS), false)
    await world.until('it expires', async () => !(await isThere(store, 'a')))
  })

  test('values given with it are stored in the same step, at its position, over what was there', async world => {
    const { store } = await world.open()
    await put(store, 'a')
    await take(store, 'b')
    const values = ['a', 'b'].map(id => ({ tail: tailOf(id, `new ${id}`), expireMs: LONG_MS }))
    const reply = await store.invalidate(0, invalidateRequest({ keys: ['a', 'b'], values }))
    assert.deepEqual(reply, { epoch: EPOCH, seq: 1, stored: true })
    const stored = values.map(({ tail }) => joinEnvelope(1, EPOCH, tail))
    assert.deepEqual(await store.read(0, ['a', 'b']), stored)
    assert.equal(await store.fill(0, fillRequest('b')), 'refused')
  })

  test('the first invalidation of a namespace begins its log, with a value too', async world => {
    const { store } = await world.open()
    const tail = tailOf('a', 'first')
    const values = [{ tail, expireMs: LONG_MS }]
    assert.deepEqual(await store.invalidate(0, invalidateRequest({ keys: ['a'], values })), {
      epoch: EPOCH,
      seq: 1,
      stored: true,
    })
    assert.deepEqual(await store.read(0, ['a']), [joinEnvelope(1, EPOCH, tail)])
  })

  test('a set that was declared void stores nothing when it arrives, and invalidates all the same', async world => {
    const { store } = await world.open()
    const late = (number: number, origin: string): InvalidateRequest =>
      invalidateRequest({
        keys: ['a'],
        values: [{ tail: tailOf('a', 'late'), expireMs: LONG_MS }],
        number,
        origin,
      })
    await store.invalidate(0, invalidateRequest({ keys: ['a'], origin: 'me', voidUpTo: 5 }))
    await store.invalidate(0, invalidateRequest({ keys: ['b'], origin: 'me', voidUpTo: 3 }))
    for (const number of [4, 5]) {
      await put(store, 'a')
      assert.equal((await store.invalidate(0, late(number, 'me'))).stored, false)
      assert.deepEqual(await store.read(0, ['a']), [undefined])
    }
    assert.equal((await store.invalidate(0, late(6, 'me'))).stored, true)
    assert.equal((await store.invalidate(0, late(1, 'another'))).stored, true)
  })

  test('everybody hears it, its author included, in order and each with the one before it', async world => {
    const { store, messages } = await world.open()
    const { messages: others } = await world.open()
    const first = invalidateRequest({ origin: 'me', payload: '{"k":["a|b"]}', nonce: 'first-01' })
    const second = invalidateRequest({ origin: 'me', payload: '{"t":["é"]}', nonce: 'second-1', soft: true })
    await store.invalidate(0, first)
    await store.invalidate(0, second)
    const expected = [
      `0 ${EPOCH}|1|-|first-01|me|{"k":["a|b"]}`,
      `0 ${EPOCH}|2|first-01|second-1|me|{"t":["é"]}`,
    ]
    await world.until('two messages each', () => messages.length >= 2 && others.length >= 2)
    assert.deepEqual(messages, expected)
    assert.deepEqual(others, expected)
  })

  test('a payload over 8 KiB, in bytes, stays off the bus and is in the log', async world => {
    const { store, messages } = await world.open()
    const payloads = ['x'.repeat(8192), 'x'.repeat(8193), 'é'.repeat(4097)]
    for (const payload of payloads) await store.invalidate(0, invalidateRequest({ payload }))
    await world.until('three messages', () => messages.length >= 3)
    const heard = messages.map(message => message.slice(message.lastIndexOf('|') + 1))
    assert.deepEqual(heard, [payloads[0], '', ''])
    const { records } = await store.sync(0, { epoch: EPOCH, seq: 0, nonce: '-', epochIfNew: EPOCH })
    assert.deepEqual(
      records.map(({ payload }) => payload),
      payloads,
    )
  })

  test('namespaces have nothing in common', async world => {
    const { store } = await world.open()
    const { store: other, messages } = await world.open(`${world.namespace}-2`)
    try {
      await put(store, 'a')
      await other.invalidate(0, invalidateRequest({ keys: ['a'], epochIfNew: 'epoch-02' }))
      await store.invalidate(0, invalidateRequest())
      await other.invalidate(0, invalidateRequest({ nonce: 'last-001' }))
      await world.until('its own messages', () => messages.length >= 2)
      assert.deepEqual(
        messages.map(message => message.split('|')[0]),
        ['0 epoch-02', '0 epoch-02'],
      )
      assert.equal(await isThere(store, 'a'), true)
      assert.equal(await isThere(other, 'a'), false)
    } finally {
      await world.harness.flush(`${world.namespace}-2`)
    }
  })
}
