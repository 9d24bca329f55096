import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock, systemRandom } from '../../src/clock.ts'
import { settled } from './support.ts'

const HOUR = 3_600_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

test('now is monotonic, whole and moves with the time', () => {
  const from = systemClock.now()
  vi.advanceTimersByTime(250)
  expect(systemClock.now()).toBe(from + 250)
  expect(Number.isInteger(systemClock.now())).toBe(true)
})

test('recent is read once in a callback of the event loop, and anew in the next', async () => {
  await settled()
  const from = systemClock.recent()
  vi.advanceTimersByTime(50)
  expect(systemClock.recent()).toBe(from)
  await Promise.resolve()
  expect(systemClock.recent()).toBe(from)
  await settled()
  expect(systemClock.recent()).toBe(from + 50)
})

test('a callback that never ends sees the time after 256 reads', async () => {
  await settled()
  const from = systemClock.recent()
  vi.advanceTimersByTime(50)
  const reads = Array.from({ length: 257 }, () => systemClock.recent())
  expect([reads[255], reads[256]]).toStrictEqual([from, from + 50])
})

test('a leap of the wall clock makes time pass: a machine that slept expires its entries', () => {
  const from = systemClock.now()
  vi.setSystemTime(Date.now() + HOUR)
  expect(systemClock.now()).toBe(from + HOUR)
  vi.advanceTimersByTime(10)
  expect(systemClock.now()).toBe(from + HOUR + 10)
})

test('a wall clock that is set back or corrected a little changes nothing', () => {
  const from = systemClock.now()
  vi.setSystemTime(Date.now() - HOUR)
  expect(systemClock.now()).toBe(from)
  vi.setSystemTime(Date.now() + 90)
  vi.advanceTimersByTime(10)
  expect(systemClock.now()).toBe(from + 10)
})

test('a timer fires once, or never if it is cancelled', () => {
  const fired: string[] = []
  systemClock.after(10, () => fired.push('a'))
  systemClock.after(10, () => fired.push('b'))()
  vi.advanceTimersByTime(9)
  expect(fired).toStrictEqual([])
  vi.advanceTimersByTime(1000)
  expect(fired).toStrictEqual(['a'])
})

test('a timer further off than the runtime can wait does not fire at once', () => {
  const fired: string[] = []
  const cancel = systemClock.after(30 * 24 * HOUR, () => fired.push('late'))
  vi.advanceTimersByTime(1000)
  expect(fired).toStrictEqual([])
  cancel()
})

test('a timer never keeps the process alive', () => {
  vi.useRealTimers()
  const before = process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  const cancel = systemClock.after(HOUR, () => {})
  expect(process.getActiveResourcesInfo().filter(name => name === 'Timeout').length).toBe(before)
  cancel()
})

test('soon runs after the microtasks of the callback', async () => {
  const order: string[] = []
  const done = new Promise<void>(resolve => {
    systemClock.soon(() => {
      order.push('soon')
      resolve()
    })
  })
  await Promise.resolve().then(() => order.push('microtask'))
  await done
  expect(order).toStrictEqual(['microtask', 'soon'])
})

test('the wall clock is that of the system, precise time has fractions, chance is below 1', () => {
  expect(systemClock.wall()).toBe(Date.now())
  vi.useRealTimers()
  const reads = Array.from({ length: 100 }, () => systemClock.precise())
  expect(reads.some(ms => !Number.isInteger(ms))).toBe(true)
  const chance = systemRandom()
  expect(chance >= 0 && chance < 1).toBe(true)
})
