import { expect, test } from 'vitest'
import { judge } from '../../src/targets/judge.ts'
import type { Measured, PhaseName } from '../../src/targets/measured.ts'
import { latency, measured, phase } from './fixture.ts'

const good = measured()
const missed = (some: Partial<Measured>): string[] =>
  judge(measured(some))
    .filter(({ ok }) => !ok)
    .map(({ name }) => name)
const inPhase = (name: PhaseName, some: Parameters<typeof phase>[1]): Partial<Measured> => ({
  phases: good.phases.map(one => (one.name === name ? phase(name, some) : one)),
})

test('a service that does what is asked of it misses nothing', () => {
  expect(missed({})).toEqual([])
  expect(judge(good)).toHaveLength(11)
})

test.for(['all is well', 'Redis hangs', 'Redis is killed', 'rolling restart'] as const)(
  'cached endpoints must answer in time while: %s',
  name => {
    expect(missed(inPhase(name, { reads: latency(100) }))).toEqual([
      `cached endpoints over HTTP, p99, ${name}`,
    ])
  },
)

test('while the cache fills, every read may be a load; but health is asked for then as well', () => {
  expect(missed(inPhase('cache fills', { reads: latency(150) }))).toEqual([])
  expect(missed(inPhase('cache fills', { health: latency(31) }))).toEqual(['health endpoint, p99'])
})

test('one process with slow hits is enough to miss', () => {
  expect(missed({ memoryHits: [latency(0.1), latency(1)] })).toEqual(['hit in memory, in the process, p99'])
})

test('hit rate and time saved are held to what the cache did when it was filled', () => {
  const { steady } = good
  expect(missed({ steady: { ...steady, hitRate: 0.799 } })).toEqual(['hit rate'])
  expect(missed({ steady: { ...steady, hitRate: 0.8, meanMs: 13 } })).toEqual([])
  expect(missed({ steady: { ...steady, meanMs: 14 } })).toEqual(['mean response time saved'])
})

test('one read older than promised is one too many, and is told', () => {
  const coherence = { ...good.coherence, violations: 1, firstViolation: 'bound: /jobs/1 from i2' }
  expect(missed({ coherence })).toEqual(['reads older than promised'])
  expect(
    judge(measured({ coherence }))
      .map(({ from }) => from)
      .join(),
  ).toContain('bound: /jobs/1 from i2')
})

test('a failed request is missed, with the first of them', () => {
  const failed = inPhase('Redis hangs', { failures: 2, firstFailure: 'GET /jobs/1: 502' })
  expect(missed(failed)).toEqual(['requests that failed'])
  expect(judge(measured(failed)).at(-1)?.from).toBe('GET /jobs/1: 502')
})

test('what was not measured does not hold', () => {
  const none = latency(0, 0)
  expect(missed({ phases: [] })).toEqual([
    'cached endpoints over HTTP, p99, all is well',
    'cached endpoints over HTTP, p99, Redis hangs',
    'cached endpoints over HTTP, p99, Redis is killed',
    'cached endpoints over HTTP, p99, rolling restart',
    'health endpoint, p99',
  ])
  expect(missed(inPhase('Redis hangs', { reads: none, health: none }))).toEqual([
    'cached endpoints over HTTP, p99, Redis hangs',
    'health endpoint, p99',
  ])
  expect(missed({ memoryHits: [] })).toEqual(['hit in memory, in the process, p99'])
  expect(missed({ coherence: { ...good.coherence, writes: 0 } })).toEqual(['reads older than promised'])
  const steady = { hitRate: Number.NaN, meanMs: 0, uncachedMeanMs: 0, uncachedReads: 0 }
  expect(missed({ steady })).toEqual(['hit rate', 'mean response time saved'])
})
