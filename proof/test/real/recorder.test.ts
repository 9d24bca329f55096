import { beforeEach, describe, expect, test } from 'vitest'
import { emptyHistory, type History } from '../../src/history/history.ts'
import { Database } from '../../src/real/database.ts'
import { lifeOf } from '../../src/real/keys.ts'
import type { ReadResult, WriteCall, WriteResult } from '../../src/real/operation.ts'
import { Recorder } from '../../src/real/recorder.ts'
import type { Seat } from '../../src/real/seat.ts'

/** An instance that answers what the test says, when the test says it. */
class FakeSeat implements Seat {
  readonly index: number
  readonly life = 0
  readonly child = undefined
  isUp = true
  readonly writes: {
    call: WriteCall
    onDone: (at: number) => void
    settle: (result: WriteResult | undefined) => void
  }[] = []
  answer: ReadResult | undefined = {
    t0: 1,
    t1: 2,
    answers: [{ value: { key: 'k', version: 3 }, stale: true, tier: 'redis' }],
  }

  constructor(index: number) {
    this.index = index
  }

  read(): Promise<ReadResult | undefined> {
    return Promise.resolve(this.answer)
  }

  write(call: WriteCall, onDone: (at: number) => void): Promise<WriteResult | undefined> {
    return new Promise(settle => this.writes.push({ call, onDone, settle }))
  }

  counts(): Promise<Record<string, number>> {
    return Promise.resolve({})
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

const LIFE = lifeOf('k')
const DELETE = { how: 'delete', name: '', life: LIFE } as const

let history: History
let database: Database
let seats: [FakeSeat, FakeSeat]
let recorder: Recorder
beforeEach(() => {
  history = emptyHistory()
  database = new Database(history, () => 0)
  seats = [new FakeSeat(0), new FakeSeat(1)]
  recorder = new Recorder(history, database, () => seats)
})

/** Until everything that can go on has gone on. */
async function turn(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
}

describe('a read', () => {
  test('is noted as answered, and as settled where the answer counts', async () => {
    await recorder.read(seats[1], { how: 'get', keys: ['k'], life: LIFE }, result => result.t1 === 2)
    expect(history.reads).toEqual([
      {
        instance: 1,
        life: 0,
        key: 'k',
        how: 'get',
        t0: 1,
        t1: 2,
        version: 3,
        valueKey: 'k',
        stale: true,
        tier: 'redis',
        settled: true,
      },
    ])
  })

  test('of an instance that died is not noted', async () => {
    seats[1].answer = undefined
    expect(await recorder.read(seats[1], { how: 'get', keys: ['k'], life: LIFE })).toBeUndefined()
    expect(history.reads).toEqual([])
  })

  test('that rejects has no version, and what it said is counted', async () => {
    seats[1].answer = { t0: 1, t1: 2, answers: [], error: 'Error: no' }
    await recorder.read(seats[1], { how: 'getOrSet', keys: ['k'], life: LIFE })
    expect(history.reads).toMatchObject([{ version: undefined, settled: false }])
    expect(recorder.errors).toEqual(new Map([['getOrSet: Error: no', 1]]))
  })
})

describe('a write', () => {
  test('changes the rows before the call, and is owed until everybody is bound', async () => {
    const writing = recorder.write(seats[1], DELETE, ['k'])
    expect(database.version('k')).toBe(1)
    expect(history.writes).toMatchObject([
      { keys: [['k', 1]], status: 'pending', t1: Infinity, committedAt: Infinity },
    ])
    seats[1].writes[0]?.settle({ t1: 50, status: 'deferred' })
    await writing
    expect(history.writes).toMatchObject([{ status: 'deferred', t1: 50, committedAt: Infinity }])
    expect(recorder.owed).toBe(1)
    seats[1].writes[0]?.onDone(90)
    expect(history.writes).toMatchObject([{ committedAt: 90 }])
    expect(recorder.owed).toBe(0)
  })

  test('of an instance that dies meanwhile is made by another one', async () => {
    const writing = recorder.write(seats[1], DELETE, ['k'])
    seats[1].writes[0]?.settle(undefined)
    await writing
    expect(history.writes).toMatchObject([{ status: 'failed' }])
    expect(seats[0].writes[0]?.call).toMatchObject({ how: 'delete', rows: [{ key: 'k', version: 1 }] })
    seats[0].writes[0]?.onDone(120)
    expect(history.writes).toMatchObject([{ status: 'failed', committedAt: 120 }])
    expect(recorder.owed).toBe(0)
  })

  test('that an instance had deferred when it died is made by another one, a set as a delete; which may defer it in turn', async () => {
    const writing = recorder.write(seats[1], { ...DELETE, how: 'set' }, ['k'])
    seats[1].writes[0]?.settle({ t1: 50, status: 'deferred' })
    await writing
    recorder.bury({ instance: 1, life: 1 })
    expect(seats[0].writes).toEqual([])
    recorder.bury({ instance: 1, life: 0 })
    expect(seats[0].writes[0]?.call.how).toBe('delete')
    seats[0].writes[0]?.settle({ t1: 60, status: 'deferred' })
    await turn()
    expect(recorder.owed).toBe(1)
    seats[0].writes[0]?.onDone(200)
    expect(history.writes).toMatchObject([{ status: 'deferred', committedAt: 200 }])
    expect(recorder.owed).toBe(0)
  })
})
