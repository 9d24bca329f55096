import assert from 'node:assert/strict'
import type { Mark, Store, SyncReply, SyncRequest } from '../../store.ts'
import { EPOCH, invalidateRequest, nonce, type WorldTest } from './store-world.ts'

interface Written {
  readonly nonce: string
  readonly seq: number
}

/** Appends records and gives their positions. */
async function append(store: Store, count: number): Promise<Written[]> {
  const nonces = Array.from({ length: count }, nonce)
  const replies = await Promise.all(
    nonces.map(one => store.invalidate(0, invalidateRequest({ nonce: one, payload: `{"k":["${one}"]}` }))),
  )
  return replies.map(({ seq }, i) => ({ nonce: nonces[i] ?? '', seq }))
}

function syncAt(store: Store, at: Partial<SyncRequest>): Promise<SyncReply> {
  return store.sync(0, { epoch: EPOCH, seq: 0, nonce: '-', epochIfNew: 'epoch-zz', ...at })
}

function bySlot(marks: readonly Mark[]): Mark[] {
  return [...marks].sort((a, b) => a.slot - b.slot)
}

export function syncTests(test: WorldTest): void {
  test('the first SYNC of a namespace begins its log', async world => {
    const { store } = await world.open()
    const reply = await syncAt(store, { epoch: '', epochIfNew: EPOCH })
    assert.ok(Number.isInteger(reply.redisMs))
    assert.deepEqual(
      { ...reply, redisMs: 0 },
      { kind: 'epoch', redisMs: 0, epoch: EPOCH, seq: 0, nonce: '-', healed: '', records: [], marks: [] },
    )
    assert.equal((await syncAt(store, {})).kind, 'records')
  })

  test('SYNC tells the records behind a position, all of them and in order', async world => {
    const { store } = await world.open()
    const written = await append(store, 5)
    const records = written.map(one => ({ ...one, origin: 'origin', payload: `{"k":["${one.nonce}"]}` }))
    const last = written.at(-1)
    for (const [seq, at] of ['-', ...written.map(one => one.nonce)].entries()) {
      const reply = await syncAt(store, { seq, nonce: at })
      assert.equal(reply.kind, 'records')
      assert.deepEqual(reply.records, records.slice(seq))
      assert.deepEqual([reply.epoch, reply.seq, reply.nonce], [EPOCH, 5, last?.nonce])
    }
  })

  test('SYNC tells the time of Redis', async world => {
    const { store } = await world.open()
    const { redisMs } = await syncAt(store, {})
    await world.until('time passes', async () => (await syncAt(store, {})).redisMs > redisMs)
  })

  test('a position in another log is told so, with the last invalidation of every slot', async world => {
    const { store } = await world.open()
    await store.invalidate(0, invalidateRequest({ slots: [3, 65_536] }))
    await store.invalidate(0, invalidateRequest({ slots: [3, 40_000], soft: true }))
    await store.invalidate(0, invalidateRequest({ slots: [65_536] }))
    const reply = await syncAt(store, { epoch: 'epoch-xx', seq: 3 })
    assert.deepEqual([reply.kind, reply.epoch, reply.seq, reply.records], ['epoch', EPOCH, 3, []])
    assert.deepEqual(bySlot(reply.marks), [
      { slot: 3, hard: 1, soft: 2 },
      { slot: 40_000, hard: 0, soft: 2 },
      { slot: 65_536, hard: 3, soft: 0 },
    ])
  })

  test('every slot has its own marks, hard and soft, in whatever order they come', async world => {
    const { store } = await world.open()
    const slots = [0, 1, 62, 63, 64, 65, 127, 128, 40_000, 65_535, 65_536]
    const expected = new Map(slots.map(slot => [slot, { slot, hard: 0, soft: 0 }]))
    for (const [i, slot] of [...slots, ...slots.toReversed(), ...slots].entries()) {
      const soft = i % 3 === 0
      const { seq } = await store.invalidate(0, invalidateRequest({ slots: [slot], soft }))
      const mark = expected.get(slot)
      if (mark !== undefined) mark[soft ? 'soft' : 'hard'] = seq
    }
    const { marks } = await syncAt(store, { epoch: 'epoch-xx' })
    assert.deepEqual(bySlot(marks), [...expected.values()])
  })

  test('a position ahead of the log has diverged, and so has one with another record', async world => {
    const { store } = await world.open()
    await store.invalidate(0, invalidateRequest({ slots: [9] }))
    const [second, third] = await append(store, 2)
    const positions = [
      { seq: 4, nonce: third?.nonce ?? '' },
      { seq: 3, nonce: second?.nonce ?? '' },
      { seq: 2, nonce: third?.nonce ?? '' },
    ]
    for (const position of positions) {
      const reply = await syncAt(store, position)
      assert.deepEqual([reply.kind, reply.seq, reply.nonce], ['diverged', 3, third?.nonce])
      assert.deepEqual(reply.marks, [{ slot: 9, hard: 1, soft: 0 }])
    }
  })

  test('a position more than 2000 records behind is told that the log is trimmed', async world => {
    const { store } = await world.open()
    const [first, second] = await append(store, 2002)
    const behind = await syncAt(store, first ?? {})
    assert.deepEqual([behind.kind, behind.seq], ['trimmed', 2002])
    const reached = await syncAt(store, second ?? {})
    assert.deepEqual([reached.kind, reached.records.length], ['records', 2000])
  })

  test('after the log was lost, who is behind is told so, and who is not follows on', async world => {
    const { store } = await world.open()
    const [first, second] = await append(store, 2)
    await world.harness.loseLog(world.namespace)
    assert.equal((await syncAt(store, first ?? {})).kind, 'trimmed')
    assert.equal((await syncAt(store, second ?? {})).kind, 'records')
    assert.equal((await syncAt(store, {})).kind, 'trimmed')
  })

  test('after the position was lost another log begins, without the records of the old one', async world => {
    const { store } = await world.open()
    const [first] = await append(store, 3)
    await world.harness.loseMeta(world.namespace)
    const reply = await syncAt(store, { ...first, epochIfNew: 'epoch-02' })
    assert.deepEqual([reply.kind, reply.epoch, reply.seq, reply.marks], ['epoch', 'epoch-02', 0, []])
    const [anew] = await append(store, 1)
    const { kind, records } = await syncAt(store, { epoch: 'epoch-02' })
    assert.deepEqual([kind, records.map(one => one.nonce)], ['records', [anew?.nonce]])
  })

  test('after Redis lost everything there is another log, whoever asks', async world => {
    const { store } = await world.open()
    const [first] = await append(store, 1)
    await world.harness.flush(world.namespace)
    const reply = await syncAt(store, { ...first, epochIfNew: 'epoch-02' })
    assert.deepEqual([reply.kind, reply.epoch, reply.seq, reply.nonce], ['epoch', 'epoch-02', 0, '-'])
  })

  test('healing raises the position of its own log, and never lowers it', async world => {
    const { store } = await world.open()
    const [first] = await append(store, 1)
    await store.heal(0, EPOCH, 10, 'healed-1')
    await store.heal(0, EPOCH, 5, 'healed-2')
    await store.heal(0, 'epoch-xx', 20, 'healed-3')
    const reply = await syncAt(store, { seq: 10, nonce: 'healed-1' })
    assert.deepEqual(
      [reply.kind, reply.seq, reply.nonce, reply.healed],
      ['records', 10, 'healed-1', 'healed-1'],
    )
    assert.equal(await store.heal(0, EPOCH, 11, 'healed-4'), 'healed-4')
    assert.equal((await syncAt(store, { epoch: 'epoch-xx' })).healed, 'healed-4')
    assert.equal((await syncAt(store, first ?? {})).kind, 'trimmed')
    assert.equal((await store.invalidate(0, invalidateRequest())).seq, 12)
  })

  test('healing begins no log', async world => {
    const { store } = await world.open()
    await store.heal(0, EPOCH, 10, 'healed-1')
    const reply = await syncAt(store, { epoch: '', epochIfNew: EPOCH })
    assert.deepEqual([reply.kind, reply.seq, reply.nonce], ['epoch', 0, '-'])
  })
}
