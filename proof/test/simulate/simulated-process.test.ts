import { describe, expect, test } from 'vitest'
import { SimulatedProcess } from '../../src/simulate/simulated-process.ts'
import { VirtualTime } from '../../src/simulate/virtual-time.ts'

describe('virtual time', () => {
  test('events happen in the order of their moments, those of one moment in the order they were planned', async () => {
    const time = new VirtualTime()
    const seen: string[] = []
    for (const [at, name] of [
      [5, 'c'],
      [1, 'a'],
      [5, 'd'],
      [2, 'b'],
      [9, 'late'],
    ] as const)
      time.at(at, () => seen.push(`${name} at ${time.now}`))
    await time.run(6)
    expect(seen).toEqual(['a at 1', 'b at 2', 'c at 5', 'd at 5'])
    expect(time.now).toBe(6)
  })

  test('all that follows from an event by promises has happened before the next', async () => {
    const time = new VirtualTime()
    const seen: string[] = []
    time.at(1, () => {
      const follow = async (): Promise<void> => {
        for (let i = 0; i < 20; i++) await Promise.resolve()
        seen.push('followed')
      }
      void follow()
    })
    time.at(1, () => seen.push('next'))
    await time.run(1)
    expect(seen).toEqual(['followed', 'next'])
  })

  test('an event that was taken back does not happen, and one in the past happens now', async () => {
    const time = new VirtualTime()
    const seen: number[] = []
    const cancel = time.at(1, () => seen.push(-1))
    time.at(2, () => time.at(0, () => seen.push(time.now)))
    cancel()
    await time.run(3)
    expect(seen).toEqual([2])
  })

  test('a thousand events in any order come out sorted', async () => {
    const time = new VirtualTime()
    const seen: number[] = []
    for (let i = 0; i < 1000; i++) time.at((i * 7919) % 1009, () => seen.push(time.now))
    await time.run(2000)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen).toHaveLength(1000)
  })

  test('what an event throws ends the run', async () => {
    const time = new VirtualTime()
    time.at(1, () => {
      throw new Error('broken')
    })
    await expect(time.run(2)).rejects.toThrow('broken')
  })
})

describe('a simulated process', () => {
  const started = (): { time: VirtualTime; process: SimulatedProcess } => {
    const time = new VirtualTime()
    return { time, process: new SimulatedProcess(time, 500, 1_000_000) }
  }

  test('has clocks of its own, whole and monotonic', async () => {
    const { time, process } = started()
    await time.run(1.7)
    expect([process.now(), process.recent(), process.wall()]).toEqual([501, 501, 1_000_001])
    expect(process.precise()).toBeCloseTo(501.7)
  })

  test('a timer waits for whole milliseconds, one at least, and can be cancelled', async () => {
    const { time, process } = started()
    const seen: number[] = []
    process.after(0, () => seen.push(time.now))
    process.after(5.9, () => seen.push(time.now))
    process.after(3, () => seen.push(-1))()
    await time.run(10)
    expect(seen).toEqual([1, 5])
  })

  test('while it is paused nothing of it runs, and then all that waited, in its order', async () => {
    const { time, process } = started()
    const seen: string[] = []
    process.after(2, () => seen.push(`timer at ${process.now()}`))
    time.at(1, () => process.pause())
    time.at(3, () => process.enter(() => seen.push(`message at ${process.now()}`)))
    await time.run(9)
    expect(seen).toEqual([])
    process.resume()
    await time.run(10)
    expect(seen).toEqual(['timer at 509', 'message at 509'])
    expect(process.pausedMs).toBe(8)
  })

  test('a timer that is cancelled while it waits for the process does not run', async () => {
    const { time, process } = started()
    const seen: string[] = []
    const cancel = process.after(2, () => seen.push('timer'))
    process.pause()
    await time.run(5)
    process.resume()
    cancel()
    await time.run(6)
    expect(seen).toEqual([])
  })

  test('a wall clock that leaps forward takes its other clock along, one that leaps back does not', async () => {
    const { process } = started()
    process.leap(3_600_000)
    expect([process.now(), process.wall()]).toEqual([3_600_500, 4_600_000])
    process.leap(-3_600_000)
    expect([process.now(), process.wall()]).toEqual([3_600_500, 1_000_000])
  })

  test('when it is gone, nothing of it ever runs', async () => {
    const { time, process } = started()
    const seen: string[] = []
    process.after(2, () => seen.push('timer'))
    process.pause()
    process.enter(() => seen.push('held'))
    process.kill()
    process.resume()
    await time.run(5)
    expect(seen).toEqual([])
  })
})
