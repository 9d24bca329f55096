import type { Cache } from './cache.ts'
import { systemClock } from './clock.ts'
import { shown } from './errors.ts'

/** The part of an OpenTelemetry `Tracer` that is used. */
export interface TracerLike {
  startSpan(
    name: string,
    options: {
      readonly startTime: number
      readonly attributes: Readonly<Record<string, string | number | boolean>>
    },
  ): {
    recordException(error: Error): void
    setStatus(status: { readonly code: number }): unknown
    end(endTime?: number): void
  }
}

/** The part of an OpenTelemetry `Meter` that is used. */
export interface MeterLike {
  createObservableCounter(name: string, options: { readonly description: string }): ObservableLike
  createObservableGauge(name: string, options: { readonly description: string }): ObservableLike
}

interface ObservableLike {
  addCallback(
    callback: (result: {
      observe(value: number, attributes?: Readonly<Record<string, string>>): void
    }) => void,
  ): void
}

const ERROR_STATUS = 2

/**
 * Gives a cache's work to OpenTelemetry: spans for loads, for reads that left memory and for invalidations, and metrics read when they are
 * collected. `trace.getTracer(...)` and `metrics.getMeter(...)` of `@opentelemetry/api` fit. Keys are on spans, never on metrics. Hits in
 * memory have no span: they are shorter than one. The function returned stops the spans.
 */
export function instrument(
  cache: Cache,
  { tracer, meter }: { readonly tracer?: TracerLike; readonly meter?: MeterLike },
): () => void {
  if (meter !== undefined) meterCache(cache, meter)
  return tracer === undefined ? () => {} : traceCache(cache, tracer)
}

function traceCache(cache: Cache, tracer: TracerLike): () => void {
  const span = (
    name: string,
    ms: number,
    attributes: Record<string, string | number | boolean>,
    error?: unknown,
  ): void => {
    const now = systemClock.wall()
    const started = tracer.startSpan(`tiercache.${name}`, { startTime: now - ms, attributes })
    if (error !== undefined) {
      started.recordException(error instanceof Error ? error : new Error(shown(error)))
      started.setStatus({ code: ERROR_STATUS })
    }
    started.end(now)
  }
  const stops = [
    cache.on('load', ({ key, ms, error }) => span('load', ms, { 'cache.key': key }, error)),
    cache.on('miss', ({ key, ms }) => span('get', ms, { 'cache.key': key, 'cache.hit': false })),
    cache.on('hit', ({ key, tier, stale, ms }) => {
      if (tier === 'redis')
        span('get', ms, { 'cache.key': key, 'cache.hit': true, 'cache.tier': tier, 'cache.stale': stale })
    }),
    cache.on('invalidate', ({ keys, tags, prefixes, remote, status, ms }) => {
      if (!remote)
        span('invalidate', ms, {
          'cache.keys': keys.length,
          'cache.tags': tags.join(','),
          'cache.prefixes': prefixes.join(','),
          status,
        })
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function meterCache(cache: Cache, meter: MeterLike): void {
  const counter = (name: string, description: string): ObservableLike =>
    meter.createObservableCounter(`tiercache.${name}`, { description })
  counter('hits', 'Reads answered from a tier').addCallback(result => {
    const { memory, redis } = cache.stats()
    result.observe(memory.hits, { tier: 'memory' })
    result.observe(redis.hits, { tier: 'redis' })
  })
  counter('misses', 'Reads that no tier answered').addCallback(result => result.observe(cache.stats().misses))
  counter('loads', 'Loaders called').addCallback(result => {
    const { loads, loadErrors } = cache.stats()
    result.observe(loads - loadErrors, { outcome: 'ok' })
    result.observe(loadErrors, { outcome: 'error' })
  })
  counter('stale', 'Stale values served').addCallback(result => result.observe(cache.stats().staleServed))
  counter('invalidations', 'Invalidations').addCallback(result => {
    const { sent, received } = cache.stats().invalidations
    result.observe(sent, { origin: 'here' })
    result.observe(received, { origin: 'elsewhere' })
  })
  counter('evictions', 'Entries dropped from memory to stay within its limits').addCallback(result =>
    result.observe(cache.stats().memory.evictions),
  )
  const gauge = (name: string, description: string): ObservableLike =>
    meter.createObservableGauge(`tiercache.${name}`, { description })
  gauge('entries', 'Entries in memory').addCallback(result => result.observe(cache.stats().memory.entries))
  gauge('limit.entries', 'Entries that memory may hold').addCallback(result =>
    result.observe(cache.memory.limits.maxEntries),
  )
  gauge('limit.bytes', 'Bytes that memory may hold').addCallback(result =>
    result.observe(cache.memory.limits.maxBytes ?? 0),
  )
  gauge('deferred', 'Invalidations that wait for Redis').addCallback(result =>
    result.observe(cache.stats().invalidations.deferred),
  )
  gauge('coherent', '1 while memory may answer').addCallback(result =>
    result.observe(cache.stats().coherence === 'degraded' ? 0 : 1),
  )
  gauge('breaker.open', '1 while the circuit around Redis is not closed').addCallback(result =>
    result.observe(cache.stats().breaker === 'closed' ? 0 : 1),
  )
}
