import { expect, test } from 'vitest'
import { createCache } from '../../src/index.ts'
import { LatencyRecorder } from '../../src/stats.ts'

test('before anything was measured a latency is 0', () => {
  expect(new LatencyRecorder().latency).toStrictEqual({ count: 0, p50: 0, p99: 0 })
})

test('latencies are told in ms, within one part in a hundred', () => {
  const recorder = new LatencyRecorder()
  for (let ms = 1; ms <= 100; ms++) recorder.record(ms)
  const { count, p50, p99 } = recorder.latency
  expect(count).toBe(100)
  expect(p50).toBeGreaterThanOrEqual(49.5)
  expect(p50).toBeLessThanOrEqual(50.5)
  expect(p99).toBeGreaterThanOrEqual(98)
  expect(p99).toBeLessThanOrEqual(100)
})

test('the shortest and the longest are measured too', () => {
  const recorder = new LatencyRecorder()
  recorder.record(0)
  recorder.record(3_600_000)
  expect(recorder.latency.count).toBe(2)
  expect(recorder.latency.p50).toBe(0.001)
})

test('namespaces made without end are counted, and the first thousand apart', async () => {
  const cache = createCache()
  for (let i = 0; i < 3000; i++) await cache.namespace(`user ${i}`).get('k')
  expect(cache.stats().misses).toBe(3000)
  expect([
    cache.namespace('user 0').stats().misses,
    cache.namespace('user 2999').stats().misses,
  ]).toStrictEqual([1, 0])
})
