import { randomBytes } from 'node:crypto'
import type {} from '@tiercache/redis-server/global-setup'
import { afterEach, expect, inject, test, vi } from 'vitest'
import { contender as bentocache } from '../../peers/bentocache/contender.ts'
import { contender as cacheable } from '../../src/peers/cacheable.ts'
import { contender as layeredLoader } from '../../src/peers/layered-loader.ts'
import type { Contender, Instance, Life, Row } from '../../src/real/contender.ts'
import { lifeOf } from '../../src/real/keys.ts'

/*
 * A peer that is set up wrongly would be wronged by the report: here everything is well, and each has to do what it is for.
 */
const contenders: readonly Contender[] = [bentocache, cacheable, layeredLoader]
const KEY = 'hot:1'
/** Several tries, of which each waits 300 ms for the news. */
const TRIES = { timeout: 10_000 }
const life: Life = lifeOf(KEY)
const [tag = ''] = life.tags
const opened: Instance[] = []

afterEach(async () => {
  for (const instance of opened.splice(0)) await instance.close()
})

/** Instances that share a database of rows, which counts its loads. */
async function open(contender: Contender, memories: readonly boolean[], fail?: () => Promise<never>) {
  const versions = new Map<string, number>()
  const loads: string[] = []
  const load = (key: string): Promise<Row> => {
    loads.push(key)
    return fail?.() ?? Promise.resolve({ key, version: versions.get(key) ?? 0 })
  }
  const namespace = `t${randomBytes(4).toString('hex')}`
  const target = { kind: 'server', url: inject('redisUrl') } as const
  const instances: Instance[] = []
  for (const [instance, memory] of memories.entries()) {
    const setting = { target, namespace, instance, deltaMs: 1000, hardMs: 1000, memory }
    instances.push(await contender.start(setting, { load, onHeard: () => {} }))
  }
  opened.push(...instances)
  return { instances: instances as [Instance, Instance], versions, loads }
}

/** What both instances hold in memory. */
async function warm([first, second]: readonly [Instance, Instance]): Promise<void> {
  await first.getOrSet(KEY, life)
  await second.getOrSet(KEY, life)
}

test.each(contenders)('$name shares a loaded value through Redis', async contender => {
  const { instances, loads } = await open(contender, [true, false])
  await instances[0].getOrSet(KEY, life)
  expect((await instances[1].getOrSet(KEY, life)).value).toEqual({ key: KEY, version: 0 })
  expect(loads).toEqual([KEY])
})

test.each(contenders)('$name tells the other instance of a delete', async contender => {
  const { instances, versions } = await open(contender, [true, true])
  // The subscription may still be under way.
  await vi.waitFor(async () => {
    await warm(instances)
    versions.set(KEY, (versions.get(KEY) ?? 0) + 1)
    await instances[0].delete([KEY])
    await vi.waitFor(async () => expect((await instances[1].get(KEY)).value).toBeUndefined(), {
      timeout: 300,
    })
  }, TRIES)
  expect((await instances[1].getOrSet(KEY, life)).value?.version).toBe(versions.get(KEY))
})

test.each(contenders)('$name tells the other instance of a set', async contender => {
  const { instances } = await open(contender, [true, true])
  let version = 1
  await vi.waitFor(async () => {
    await warm(instances)
    await instances[0].set([{ key: KEY, version: ++version }], life)
    const seen = async (): Promise<void> =>
      expect((await instances[1].getOrSet(KEY, life)).value?.version).toBe(version)
    await vi.waitFor(seen, { timeout: 300 })
  }, TRIES)
})

test.each(contenders.filter(({ supports }) => supports.includes('deleteByTag')))(
  '$name deletes by tag on both instances',
  async contender => {
    const { instances, versions } = await open(contender, [true, true])
    await vi.waitFor(async () => {
      await warm(instances)
      const version = (versions.get(KEY) ?? 0) + 1
      versions.set(KEY, version)
      await instances[0].deleteByTag?.(tag)
      const seen = async (): Promise<void> =>
        expect((await instances[1].getOrSet(KEY, life)).value?.version).toBe(version)
      await vi.waitFor(seen, { timeout: 300 })
    }, TRIES)
  },
)

test.each(contenders.filter(({ supports }) => supports.includes('clear')))(
  '$name clears both instances',
  async contender => {
    const { instances } = await open(contender, [true, true])
    await vi.waitFor(async () => {
      await warm(instances)
      await instances[0].clear?.()
      await vi.waitFor(async () => expect((await instances[1].get(KEY)).value).toBeUndefined(), {
        timeout: 300,
      })
    }, TRIES)
  },
)

test.each(contenders)('$name hands the database’s error to the reader', async contender => {
  // Without a bus, which may still be subscribing when the test is over.
  const { instances } = await open(contender, [false], () => Promise.reject(new Error('no database')))
  await expect(instances[0].getOrSet(KEY, life)).rejects.toThrow()
})
