import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cache, createCache } from '../../src/index.ts'
import { control, errorsOf, keysOf, open, space } from './support/caches.ts'
import { allow, COMMANDS, PASSWORD, refused } from './support/permissions.ts'
import { OwnRedis } from './support/servers.ts'
import { until } from './support/until.ts'

let redis: OwnRedis
let admin: ReturnType<typeof control>
beforeAll(async () => {
  redis = await OwnRedis.start(['--acllog-max-len', '10000'])
  admin = control(redis.url)
  await until('the control connection is up', () => admin.status === 'ready')
})
afterAll(async () => {
  await admin[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
})

const urlOf = (user: string): string =>
  `redis://${user}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${redis.port}`

/** Every kind of operation, and every way through the scripts. */
async function useAll(cache: Cache, other: Cache, namespace: string): Promise<void> {
  await cache.set('k', 1, { tags: ['t'], grace: '1m' })
  await other.get('k')
  await other.getMany(['k', 'l', 'm'])
  await cache.expire('k')
  await cache.getOrSet('loaded', () => 1)
  await cache.getOrSet('nothing', () => undefined)
  // A second instance waits for the first one's lease, which is renewed meanwhile.
  const slow = (): Promise<string> => new Promise(resolve => setTimeout(() => resolve('slow'), 1200))
  const first = cache.getOrSet('slow', slow)
  await until(
    'the lease is taken',
    async () => (await admin.exists(`{${namespace}:0}:L:slow`)) === 1,
    500,
  ).catch(() => {})
  await Promise.all([first, other.getOrSet('slow', slow)])
  // Objects, so that their layout is kept and found.
  for (let i = 0; i < 3; i++) await cache.set(`row:${i}`, { id: i, name: 'row' })
  await other.getMany(['row:1', 'row:2'])
  await cache.deleteByTag('t')
  await cache.deleteByPrefix('k')
  await cache.delete(['k', 'l'])
  await admin.set(keysOf(namespace).value('poison'), 'poison')
  await cache.get('poison')
  await cache.deleteMatching('loa*')
  await cache.health()
  await Promise.all([cache.idle(), other.idle()])
  // A reader that missed a message catches up from the log.
  const before = other.stats().invalidations.received
  const killed = admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await cache.delete('missed')
  await killed
  await until('the other has caught up', () => other.stats().invalidations.received > before, 1000).catch(
    () => {},
  )
}

describe('a Redis user with the documented permissions', () => {
  test('is enough for everything: nothing is refused, nothing goes wrong', async () => {
    const namespace = space()
    await allow(admin, namespace, namespace, COMMANDS)
    await using cache = await open({ namespace, redis: urlOf(namespace) })
    await using other = await open({ namespace, redis: urlOf(namespace) })
    const errors = [errorsOf(cache), errorsOf(other)]
    await useAll(cache, other, namespace)
    expect(await refused(admin, namespace)).toEqual([])
    const unexpected = errors.flat().filter(({ operation }) => operation !== 'decode')
    expect(unexpected.filter(({ error }) => !String(error).includes('ECONNRESET'))).toEqual([])
    expect(await cache.health()).toMatchObject({ status: 'healthy' })
  })

  test('has no permission too many: without any one of them something is refused', async () => {
    const spare = await Promise.all(
      COMMANDS.map(async command => {
        const namespace = space()
        await allow(
          admin,
          namespace,
          namespace,
          COMMANDS.filter(name => name !== command),
        )
        await using cache = createCache({ namespace, redis: urlOf(namespace) })
        await using other = createCache({ namespace, redis: urlOf(namespace) })
        errorsOf(cache)
        errorsOf(other)
        await Promise.all([cache.ready(), other.ready()])
        await useAll(cache, other, namespace).catch(() => {})
        return { command, refused: [...new Set(await refused(admin, namespace))] }
      }),
    )
    expect(spare).toEqual(COMMANDS.map(command => ({ command, refused: [command] })))
  })

  test('may not be used for another namespace', async () => {
    const namespace = space()
    await allow(admin, namespace, namespace, COMMANDS)
    await using cache = await open({ namespace: space(), redis: urlOf(namespace) })
    errorsOf(cache)
    expect((await cache.set('k', 1)).status).toBe('deferred')
    expect(await refused(admin, namespace)).toContain('key')
    expect(await refused(admin, namespace)).toContain('channel')
  })

  test('can have a database other than 0 with select', async () => {
    const namespace = space()
    await allow(admin, namespace, namespace, [...COMMANDS, 'select'])
    await using cache = await open({ namespace, redis: `${urlOf(namespace)}/5` })
    expect((await cache.set('k', 1)).status).toBe('committed')
    expect(await refused(admin, namespace)).toEqual([])
    await using five = control(redis.url, 5)
    expect(await five.exists(keysOf(namespace).value('k'))).toBe(1)
  })
})
