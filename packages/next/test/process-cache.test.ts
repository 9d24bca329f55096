import { afterEach, expect, test, vi } from 'vitest'
import { fakeRedis } from '@tiercache/core/testing'
import { createCacheHandler, createIncrementalCacheHandler } from '../src/index.ts'
import { processCache } from '../src/process-cache.ts'
import { site as newSite } from './support/instances.ts'
import { made, read, store } from './support/use-cache.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

test('a module that is loaded several times has one cache in a process', async () => {
  const redis = fakeRedis()
  createCacheHandler({ namespace: 'twice', redis })
  createIncrementalCacheHandler({ namespace: 'twice', redis })
  vi.resetModules()
  const again = await import('../src/process-cache.ts')
  expect(again.processCache).not.toBe(processCache)
  expect(again.processCache({ namespace: 'twice', redis })).toBe(processCache({ namespace: 'twice', redis }))
  expect(redis.connections).toHaveLength(1)
})

test('namespaces have caches of their own', () => {
  expect(processCache({ namespace: 'one' })).not.toBe(processCache({ namespace: 'two' }))
})

test('next build uses no Redis', async () => {
  vi.stubEnv('NEXT_PHASE', 'phase-production-build')
  const redis = fakeRedis()
  const site = newSite()
  const handler = createCacheHandler({ namespace: 'building', redis, clock: site.clock })
  await store(site, handler, 'key', made(site, 'text'))
  expect([await read(handler, 'key'), redis.connections.length]).toEqual(['text', 0])
})

test('an empty URL is none; options that are not valid throw at once', () => {
  expect(() => createCacheHandler({ namespace: 'empty', redis: '' })).not.toThrow()
  expect(() => createCacheHandler({ namespace: 'bad', ttl: 'soon' as never })).toThrow(/ttl/)
})
