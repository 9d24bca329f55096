import assert from 'node:assert/strict'
import { LONG_MS, one, put, type WorldTest } from './store-world.ts'

const BYTES: Buffer = Buffer.from([0x91, 0xa1, 0x61, 0x00, 0xff])

/** What a store keeps beside the logs. */
export function layoutTests(test: WorldTest): void {
  test('a layout is there for every connection of its namespace, and for no other', async world => {
    const [{ store }, { store: other }] = [await world.open(), await world.open()]
    const { store: foreign } = await world.open(`${world.namespace}-2`)
    assert.equal(await other.readLayout('name'), undefined)
    await store.keepLayout('name', BYTES, LONG_MS)
    assert.deepEqual(await other.readLayout('name'), BYTES)
    assert.equal(await other.readLayout('other'), undefined)
    assert.equal(await foreign.readLayout('name'), undefined)
  })

  test('a layout is replaced, and ends with its time', async world => {
    const { store } = await world.open()
    await store.keepLayout('name', Buffer.from('before'), LONG_MS)
    await store.keepLayout('name', BYTES, 300)
    assert.deepEqual(await store.readLayout('name'), BYTES)
    await world.harness.pass(400)
    assert.equal(await store.readLayout('name'), undefined)
  })

  test('a layout is no value: no scan finds it, and no value is under its name', async world => {
    const { store } = await world.open()
    await put(store, 'a')
    await store.keepLayout('a', BYTES, LONG_MS)
    await store.keepLayout('b', BYTES, LONG_MS)
    const found: string[] = []
    for await (const { ids } of store.scan('*')) found.push(...ids)
    assert.deepEqual(found, ['a'])
    assert.equal(await one(store, 'b'), undefined)
    assert.notDeepEqual(await one(store, 'a'), BYTES)
  })

  test('layouts go with everything else', async world => {
    const { store } = await world.open()
    await store.keepLayout('name', BYTES, LONG_MS)
    await world.harness.flush(world.namespace)
    assert.equal(await store.readLayout('name'), undefined)
  })
}
