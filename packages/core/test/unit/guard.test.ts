import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CacheError } from '../../src/errors.ts'
import { type BreakerOptions, Guard } from '../../src/redis/guard.ts'
import { isRefusal } from '../../src/redis/redis-error.ts'
import { HandClock, rejectionOf, settled } from './support.ts'

const DEADLINE = 150
const never = (): Promise<never> => new Promise(() => {})
const fails = (): Promise<never> => Promise.reject(new Error('ECONNRESET'))
const works = (): Promise<string> => Promise.resolve('pong')

let clock: HandClock
let states: string[]
let probe: () => Promise<unknown>

beforeEach(() => {
  clock = new HandClock()
  states = []
  probe = works
})

function guard(options: Partial<BreakerOptions> = {}): Guard {
  return new Guard(
    clock,
    DEADLINE,
    { errorThreshold: 0.5, volume: 4, resetAfterMs: 1000, ...options },
    () => probe(),
    state => states.push(state),
  )
}

describe('the deadline', () => {
  test('an operation ends with it, whatever Redis does', async () => {
    const watched = rejectionOf(guard().deadline('GET', never))
    await clock.pass(DEADLINE)
    const error = await watched
    expect(error).toMatchObject({ code: 'E_REDIS', path: 'timeouts.redis' })
    expect(error.message).toBe('Redis did not answer GET within 150 ms.')
  })

  test('an answer in time counts, one after it does not', async () => {
    const answer = Promise.withResolvers<number>()
    const late = Promise.withResolvers<number>()
    const one = guard()
    const results = [
      one.deadline('GET', () => answer.promise),
      rejectionOf(one.deadline('GET', () => late.promise)),
    ]
    await clock.pass(DEADLINE - 1)
    answer.resolve(7)
    await clock.pass(1)
    late.resolve(8)
    expect([await results[0], ((await results[1]) as CacheError).code]).toStrictEqual([7, 'E_REDIS'])
  })

  test('one timer watches them all, each until its own moment', async () => {
    const one = guard()
    const ended: number[] = []
    for (let i = 0; i < 100; i++) {
      one.deadline('GET', never).catch(() => ended.push(i))
      expect(clock.pending).toBe(1)
      await clock.pass(1)
    }
    expect(ended).toStrictEqual([])
    await clock.pass(DEADLINE - 100)
    expect([ended.length, clock.pending]).toStrictEqual([1, 1])
    await clock.pass(50)
    expect(ended).toStrictEqual(Array.from({ length: 51 }, (_, i) => i))
    await clock.pass(49)
    expect([ended.length, clock.pending]).toStrictEqual([100, 0])
  })

  test('when nothing waits any more the timer is not set again', async () => {
    const one = guard()
    await one.deadline('GET', works)
    await clock.pass(DEADLINE)
    expect(clock.pending).toBe(0)
    void one.deadline('GET', never).catch(() => {})
    expect(clock.pending).toBe(1)
  })

  test('what the client throws becomes an error of ours; one of ours stays', async () => {
    const error = await rejectionOf(guard().deadline('SET', fails))
    expect(error).toMatchObject({
      code: 'E_REDIS',
      message: 'Redis failed SET: ECONNRESET',
      cause: new Error('ECONNRESET'),
    })
    const mine = new CacheError('E_CODEC', 'mine')
    expect(await rejectionOf(guard().deadline('SET', () => Promise.reject(mine)))).toBe(mine)
  })

  test('stopping ends what waits', async () => {
    const one = guard()
    const waiting = rejectionOf(one.deadline('GET', never))
    one.stop()
    expect((await waiting).code).toBe('E_CLOSED')
    await clock.pass(DEADLINE)
    expect(clock.pending).toBe(0)
  })
})

describe('the circuit', () => {
  // opossum owns the time until it tries again.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  const run = async (one: Guard, outcomes: string): Promise<void> => {
    for (const outcome of outcomes) await one.guarded('GET', outcome === '+' ? works : fails).catch(() => {})
  }
  test('an operation that ran into its deadline counts once, as a failure, whatever comes of it later', async () => {
    const one = guard({ volume: 2 })
    const late = Promise.withResolvers<string>()
    const waiting = rejectionOf(one.guarded('GET', () => late.promise))
    await clock.pass(DEADLINE)
    expect((await waiting).code).toBe('E_REDIS')
    late.resolve('pong')
    await settled()
    await run(one, '-')
    expect(states).toStrictEqual(['open'])
  })

  test('one that throws before it begins counts as one that failed', async () => {
    const one = guard({ volume: 1 })
    const mine = new CacheError('E_REDIS', 'There is no connection.')
    const thrown = await rejectionOf(
      one.guarded('GET', () => {
        throw mine
      }),
    )
    expect([thrown, one.state]).toStrictEqual([mine, 'open'])
  })

  const refused = 'Redis failed too often and is left alone for a moment (the circuit is open).'

  test.each([
    ['as many failures in a row as its volume', '----', 'open'],
    ['one failure fewer', '---', 'closed'],
    ['a success between them', '---+---', 'open'],
    ['its share of failures within the window', '+-+-', 'open'],
    ['fewer than its share', '+++-++-+', 'closed'],
    ['its share below its volume', '+-', 'closed'],
  ])('%s (%s): %s', async (_, outcomes, state) => {
    const one = guard()
    await run(one, outcomes)
    expect(one.state).toBe(state)
    expect(states).toStrictEqual(state === 'open' ? ['open'] : [])
  })

  test('failures further apart than the window are counted by the row alone', async () => {
    const one = guard()
    for (let i = 0; i < 10; i++) {
      await run(one, '-+')
      await clock.pass(2001)
    }
    expect(one.state).toBe('closed')
    await run(one, '-')
    for (let i = 0; i < 3; i++) {
      await clock.pass(2001)
      await run(one, '-')
    }
    expect(one.state).toBe('open')
  })

  test('an operation that passed its deadline is a failure', async () => {
    const one = guard()
    const ended = Promise.allSettled(Array.from({ length: 4 }, () => one.guarded('GET', never)))
    await pass(DEADLINE)
    await ended
    expect(one.state).toBe('open')
  })

  test('open, it refuses at once and sends nothing; the deadline alone still sends', async () => {
    const one = guard()
    await run(one, '----')
    const operation = vi.fn(works)
    expect(await rejectionOf(one.guarded('GET', operation))).toMatchObject({
      code: 'E_REDIS',
      message: refused,
    })
    expect(operation).not.toHaveBeenCalled()
    expect(await one.deadline('SYNC', operation)).toBe('pong')
    expect(one.state).toBe('open')
  })

  test('after a while a ping is sent, behind all who are refused; if it is answered the circuit closes', async () => {
    const answer = Promise.withResolvers<string>()
    const ping = vi.fn(() => answer.promise)
    probe = ping
    const one = guard()
    await run(one, '----')
    vi.advanceTimersByTime(999)
    expect([one.state, ping.mock.calls.length]).toStrictEqual(['open', 0])
    vi.advanceTimersByTime(1)
    expect([one.state, ping.mock.calls.length]).toStrictEqual(['half-open', 1])
    expect(await rejectionOf(one.guarded('GET', works))).toMatchObject({ code: 'E_REDIS', message: refused })
    answer.resolve('pong')
    await settled()
    expect([await one.guarded('GET', works), one.state, states]).toStrictEqual([
      'pong',
      'closed',
      ['open', 'half-open', 'closed'],
    ])
  })

  test.each([
    ['fails', fails],
    ['is not answered in time', never],
  ])('if it %s the circuit opens again, and tries again later', async (_, failing) => {
    probe = failing
    const one = guard()
    await run(one, '----')
    vi.advanceTimersByTime(1000)
    await pass(DEADLINE)
    await settled()
    expect(one.state).toBe('open')
    probe = works
    vi.advanceTimersByTime(1000)
    await settled()
    expect(states).toStrictEqual(['open', 'half-open', 'open', 'half-open', 'closed'])
  })

  test('a SYNC that was answered closes it', async () => {
    const one = guard()
    one.recovered()
    await run(one, '----')
    one.recovered()
    expect([one.state, states]).toStrictEqual(['closed', ['open', 'closed']])
    vi.advanceTimersByTime(5000)
    expect(one.state).toBe('closed')
    await run(one, '---')
    expect(one.state).toBe('closed')
  })

  test('failures from before it opened are not held against what comes after', async () => {
    const one = guard()
    const many = Promise.allSettled(Array.from({ length: 100 }, () => one.guarded('GET', never)))
    await pass(DEADLINE)
    await many
    await clock.pass(1000)
    vi.advanceTimersByTime(1000)
    await run(one, '+-')
    expect(one.state).toBe('closed')
  })

  test('an error that is an answer speaks for Redis: it rejects, and counts as well', async () => {
    const one = guard()
    const refusing = (): Promise<never> => Promise.reject(new Error('OOM command not allowed'))
    for (let i = 0; i < 100; i++)
      expect((await rejectionOf(one.guarded('FILL', refusing, isRefusal))).message).toContain('OOM')
    expect(one.state).toBe('closed')
  })

  test('stopped, it refuses everything and leaves no timer', async () => {
    const one = guard()
    await run(one, '----')
    one.stop()
    expect(vi.getTimerCount()).toBe(0)
    expect((await rejectionOf(one.guarded('GET', works))).code).toBe('E_REDIS')
  })

  async function pass(ms: number): Promise<void> {
    await clock.pass(ms)
    await settled()
  }
})
