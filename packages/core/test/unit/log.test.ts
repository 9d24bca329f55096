import { beforeEach, expect, test } from 'vitest'
import { Events } from '../../src/events.ts'
import { logTo } from '../../src/log.ts'
import { HandClock } from './support.ts'

let events: Events
let lines: string[]

beforeEach(() => {
  events = new Events()
  lines = []
  logTo(events, new HandClock(), line => lines.push(line))
})

test('hits, misses and invalidations are a line each, with what they say', () => {
  events.emit('hit', { key: 'user:1', tier: 'memory', stale: false, ms: 0.0042 })
  events.emit('hit', { key: 'user:1', tier: 'redis', stale: true, ms: 1 })
  events.emit('miss', { key: 'user:1', ms: 12.3456 })
  const targets = { keys: ['a', 'b'], tags: ['t'], prefixes: [''], soft: false, ms: 0 }
  events.emit('invalidate', { ...targets, remote: false, status: 'committed' })
  events.emit('invalidate', {
    ...targets,
    keys: [],
    prefixes: [],
    soft: true,
    remote: true,
    status: 'committed',
  })
  expect(lines).toStrictEqual([
    '2026-01-01T00:00:10.000Z CACHE_HIT path=memory time=0.004ms key=user:1',
    '2026-01-01T00:00:10.000Z CACHE_STALE path=redis time=1.000ms key=user:1',
    '2026-01-01T00:00:10.000Z CACHE_MISS time=12.346ms key=user:1',
    '2026-01-01T00:00:10.000Z CACHE_INVALIDATE status=committed path=local key=a,b tag=t prefix=*',
    '2026-01-01T00:00:10.000Z CACHE_EXPIRE status=committed path=remote tag=t',
  ])
})

test.each([
  'a b',
  'a"b',
  'a\nCACHE_HIT key=forged',
  'a\rb',
  'a\u2028b',
  'a\u001b[2Jb',
  'a\u009b2Jb',
  'a\u0085b',
  'a\u007fb',
])('a key cannot forge a line or steer a terminal: %j', key => {
  events.emit('miss', { key, ms: 0 })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/ CACHE_MISS time=0\.000ms key="[^\p{Cc}\u2028\u2029]*"$/u)
})
