import { describe, expect, inject, test } from 'vitest'
import type {} from '@tiercache/redis-server/global-setup'
import { nameOf, peers } from '../src/subjects/peers.ts'
import { isThere, type Setup, type Subject } from '../src/subjects/subject.ts'
import { openTiercache } from '../src/subjects/tiercache.ts'

// A suite that measured a cache which does nothing would call it fast.

const tiercache = { title: 'tiercache', tiers: ['memory', 'redis', 'both'] as const, open: openTiercache }
const cases = [tiercache, ...peers].flatMap(subject =>
  subject.tiers.map(tiers => ({
    name: `${nameOf({ id: '', ...subject })}, ${tiers}`,
    tiers,
    open: subject.open,
  })),
)

let last = 0

describe.each(cases)('$name', ({ tiers, open }) => {
  const start = async (load: Setup['load'] = async key => ({ key })): Promise<Subject> => {
    const namespace = `subjects${process.pid}x${last++}`
    const subject = await open({ tiers, redisUrl: inject('redisUrl'), namespace, maxEntries: 1000, load })
    return subject
  }

  test('serves what was stored, equal to it, and nothing after its deletion', async () => {
    const cache = await start()
    const value = { id: 1, rows: [{ name: 'oak', price: 1.5 }] }
    expect(isThere(await cache.get('none'))).toBe(false)
    await cache.set('a', value)
    expect(await cache.get('a')).toEqual(value)
    await cache.delete('a')
    expect(isThere(await cache.get('a'))).toBe(false)
  })

  test('loads what is nowhere, once', async () => {
    let loads = 0
    const cache = await start(async key => ({ key, loads: ++loads }))
    expect(await cache.getOrSet('b')).toEqual({ key: 'b', loads: 1 })
    await cache.idle?.()
    expect(await cache.getOrSet('b')).toEqual({ key: 'b', loads: 1 })
  })

  test('finds many at once, in their order, where it can', async () => {
    const cache = await start()
    const keys = ['c:0', 'c:1', 'c:2']
    if (cache.setMany === undefined) for (const key of keys) await cache.set(key, { key })
    else await cache.setMany(keys.map(key => [key, { key }]))
    if (cache.getMany !== undefined) expect(await cache.getMany(keys)).toEqual(keys.map(key => ({ key })))
    expect(await cache.get('c:1')).toEqual({ key: 'c:1' })
  })

  test('drops what has a tag, where it has tags', async () => {
    const cache = await start()
    if (cache.setTagged === undefined || cache.deleteByTag === undefined) return
    await cache.setTagged('d', { d: 1 }, ['red', 'blue'])
    expect(await cache.get('d')).toEqual({ d: 1 })
    await cache.deleteByTag('red')
    expect(isThere(await cache.get('d'))).toBe(false)
  })
})
