import { channel } from 'node:diagnostics_channel'
import { afterEach, expect, test, vi } from 'vitest'
import { Events } from '../../src/events.ts'
import { errorOf } from './support.ts'

const HIT = { key: 'k', tier: 'memory', stale: false, ms: 0 } as const

afterEach(() => vi.restoreAllMocks())

test('a listener hears its events until it is taken off', () => {
  const events = new Events()
  const heard: unknown[] = []
  const stop = events.on('hit', event => heard.push(event))
  events.emit('miss', { key: 'k', ms: 1 })
  events.emit('hit', HIT)
  stop()
  stop()
  events.emit('hit', HIT)
  expect(heard).toStrictEqual([HIT])
})

test('a listener that throws reaches nobody: the others hear, the caller goes on, a warning is given', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
  const events = new Events()
  const heard: string[] = []
  events.on('evict', () => {
    throw new Error('mine')
  })
  events.on('evict', ({ key }) => heard.push(key))
  events.emit('evict', { key: 'k' })
  expect(heard).toStrictEqual(['k'])
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/'evict'.*mine/), 'TiercacheWarning')
})

test('a listener may take itself off, or another one, while it is told', () => {
  const events = new Events()
  const heard: string[] = []
  const stopFirst = events.on('evict', () => {
    heard.push('first')
    stopFirst()
    stopSecond()
  })
  const stopSecond = events.on('evict', () => heard.push('second'))
  events.emit('evict', { key: 'k' })
  events.emit('evict', { key: 'k' })
  expect(heard).toStrictEqual(['first'])
})

test('it is known whether anybody listens, so that nothing is built for nobody', () => {
  const events = new Events()
  expect([events.wants('hit'), events.wantsHits]).toStrictEqual([false, false])
  const stops = [events.on('hit', () => {}), events.on('hit', () => {})]
  expect([events.wants('hit'), events.wantsHits, events.wants('miss')]).toStrictEqual([true, true, false])
  stops[0]?.()
  expect(events.wantsHits).toBe(true)
  stops[1]?.()
  expect([events.wants('hit'), events.wantsHits]).toStrictEqual([false, false])
  events.on('hit', () => {})
  events.close()
  expect([events.wants('hit'), events.wantsHits]).toStrictEqual([false, false])
})

test('diagnostics_channel hears every event as tiercache:<type>, and counts as a listener', () => {
  const events = new Events()
  const heard: unknown[] = []
  const listener = (message: unknown): unknown => heard.push(message)
  channel('tiercache:hit').subscribe(listener)
  expect([events.wants('hit'), events.wantsHits]).toStrictEqual([true, true])
  events.emit('hit', HIT)
  channel('tiercache:hit').unsubscribe(listener)
  expect([events.wants('hit'), events.wantsHits]).toStrictEqual([false, false])
  events.emit('hit', HIT)
  expect(heard).toStrictEqual([HIT])
})

test('an event that does not exist and a listener that is no function are refused', () => {
  const events = new Events()
  const error = errorOf(() => events.on('hits' as never, () => {}))
  expect(error).toMatchObject({ code: 'E_OPTION', path: 'type', value: 'hits' })
  expect(error.message).toContain('There are hit, miss')
  expect(errorOf(() => events.on('hit', 'log' as never))).toMatchObject({
    code: 'E_OPTION',
    path: 'listener',
  })
})

test('trouble that nobody listens to is told once, so that it does not go unseen', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
  const heard = new Events()
  heard.on('error', () => {})
  heard.emit('error', { operation: 'read', error: new Error('ECONNREFUSED') })
  expect(warn).not.toHaveBeenCalled()
  const events = new Events()
  events.emit('error', { operation: 'read', error: new Error('ECONNREFUSED') })
  events.emit('error', { operation: 'read', error: new Error('ECONNREFUSED') })
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^read: ECONNREFUSED/),
    'TiercacheWarning',
  )
})
