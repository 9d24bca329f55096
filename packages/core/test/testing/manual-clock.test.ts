import { expect, test } from 'vitest'
import { manualClock } from '../../src/testing/index.ts'

test('time stands still until it is moved, on every hand of the clock', async () => {
  const clock = manualClock(1_700_000_000_000)
  const from = clock.now()
  await clock.settle()
  expect([clock.now(), clock.recent(), clock.precise()]).toEqual([from, from, from])
  expect(clock.wall()).toBe(1_700_000_000_000)
  await clock.advance('1m')
  expect([clock.now(), clock.recent(), clock.precise()]).toEqual([
    from + 60_000,
    from + 60_000,
    from + 60_000,
  ])
  expect(clock.wall()).toBe(1_700_000_060_000)
})

test('timers run when they are due, in their order, and those due together in the order they were set', async () => {
  const clock = manualClock()
  const from = clock.now()
  const log: string[] = []
  const note = (name: string) => (): void => void log.push(`${name} ${clock.now() - from}`)
  clock.after(20, note('c'))
  clock.after(10, note('a'))
  clock.after(10, note('b'))
  clock.after(21, note('late'))
  clock.after(5, note('cancelled'))()
  await clock.advance(20)
  expect(log).toEqual(['a 10', 'b 10', 'c 20'])
  expect(clock.timers).toBe(1)
})

test('what a timer sets off settles before the next one runs', async () => {
  const clock = manualClock()
  const from = clock.now()
  const log: string[] = []
  const steps = async (): Promise<void> => {
    await Promise.resolve()
    clock.soon(() => log.push(`soon ${clock.now() - from}`))
    await new Promise<void>(resolve => void clock.after(3, resolve))
    log.push(`after ${clock.now() - from}`)
  }
  clock.after(1, () => void steps())
  clock.after(2, () => log.push('second'))
  await clock.advance(10)
  expect(log).toEqual(['soon 1', 'second', 'after 4'])
})

test('soon runs without time being moved, once the promises under way have settled', async () => {
  const clock = manualClock()
  const log: string[] = []
  const done = new Promise<void>(resolve => {
    clock.soon(() => {
      log.push('soon')
      resolve()
    })
  })
  await Promise.resolve().then(() => log.push('promise'))
  await done
  expect(log).toEqual(['promise', 'soon'])
})

test('a delay is at least a millisecond, so that no chain of timers stands still', async () => {
  const clock = manualClock()
  let runs = 0
  const again = (): void => {
    runs++
    clock.after(0, again)
  }
  again()
  await clock.advance(5)
  expect(runs).toBe(6)
})

test('moves that overlap run one after another', async () => {
  const clock = manualClock()
  const from = clock.now()
  const reached: number[] = []
  await Promise.all([
    clock.advance(10).then(() => reached.push(clock.now() - from)),
    clock.advance(5).then(() => reached.push(clock.now() - from)),
  ])
  expect(reached).toEqual([10, 15])
})

test('after a leap, what came due meanwhile runs late', async () => {
  const clock = manualClock()
  const from = clock.now()
  const ran: number[] = []
  clock.after(10, () => ran.push(clock.now() - from))
  clock.leap('1s')
  expect(ran).toEqual([])
  await clock.advance(0)
  expect(ran).toEqual([1000])
})

test('what never settles is an error, not a test that hangs', async () => {
  const clock = manualClock()
  let stopped = false
  const again = (): void => {
    if (!stopped) clock.soon(again)
  }
  again()
  await expect(clock.settle()).rejects.toThrow('runs for ever')
  stopped = true
})
