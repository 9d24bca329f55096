import { expect, test } from 'vitest'
import { createCache, instrument, type MeterLike, type TracerLike } from '../../src/index.ts'
import { fakeRedis } from '../../src/testing/index.ts'

interface Span {
  readonly name: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly startTime: number
  endTime?: number | undefined
  error?: string
  status?: number
}

/** A tracer that keeps its spans, as an in-memory exporter does. */
function tracer(): { spans: Span[]; tracer: TracerLike } {
  const spans: Span[] = []
  const startSpan: TracerLike['startSpan'] = (name, { startTime, attributes }) => {
    const span: Span = { name, attributes, startTime }
    spans.push(span)
    return {
      recordException: error => (span.error = error.message),
      setStatus: ({ code }) => (span.status = code),
      end: endTime => (span.endTime = endTime),
    }
  }
  return { spans, tracer: { startSpan } }
}

test('loads, reads that left memory and invalidations have spans; hits in memory have none', async () => {
  await using cache = createCache({ redis: fakeRedis() })
  const { spans, tracer: own } = tracer()
  const stop = instrument(cache, { tracer: own })
  await cache.getOrSet('k', () => 1)
  await cache.get('k')
  await cache.deleteByTag('t')
  await expect(cache.getOrSet('bad', () => Promise.reject(new Error('no database')))).rejects.toThrow(
    'no database',
  )
  expect(spans.map(({ name, error, status }) => ({ name, error, status }))).toStrictEqual([
    { name: 'tiercache.get', error: undefined, status: undefined },
    { name: 'tiercache.load', error: undefined, status: undefined },
    { name: 'tiercache.invalidate', error: undefined, status: undefined },
    { name: 'tiercache.get', error: undefined, status: undefined },
    { name: 'tiercache.load', error: 'no database', status: 2 },
  ])
  for (const { startTime, endTime = 0 } of spans) expect(endTime).toBeGreaterThanOrEqual(startTime)
  expect(spans[0]?.attributes).toStrictEqual({ 'cache.key': 'k', 'cache.hit': false })
  stop()
  await cache.get('other')
  expect(spans).toHaveLength(5)
})

test('metrics are read when they are collected, and never name a key', async () => {
  await using cache = createCache()
  const collected = new Map<string, (result: { observe(value: number, attributes?: object): void }) => void>()
  const observable: MeterLike['createObservableCounter'] = name => ({
    addCallback: callback => void collected.set(name, callback),
  })
  instrument(cache, { meter: { createObservableCounter: observable, createObservableGauge: observable } })
  await cache.getOrSet('secret key', () => 1)
  await cache.get('secret key')
  const seen = [...collected].map(([name, collect]) => {
    const values: unknown[] = []
    collect({
      observe: (value, attributes) => values.push(attributes === undefined ? value : [value, attributes]),
    })
    return [name, values] as const
  })
  expect(Object.fromEntries(seen)).toMatchObject({
    'tiercache.hits': [
      [1, { tier: 'memory' }],
      [0, { tier: 'redis' }],
    ],
    'tiercache.misses': [1],
    'tiercache.loads': [
      [1, { outcome: 'ok' }],
      [0, { outcome: 'error' }],
    ],
    'tiercache.entries': [1],
    'tiercache.coherent': [1],
    'tiercache.breaker.open': [0],
  })
  expect(JSON.stringify(seen)).not.toContain('secret')
})
