import type { Database } from './database.ts'
import { HOT_KEYS, lifeOf } from './keys.ts'
import { pass } from './monotonic.ts'
import type { ReadCall, ReadResult } from './operation.ts'
import type { Recorder } from './recorder.ts'
import type { Seat } from './seat.ts'

const TRIES = 4
/** Longer than a load, shorter than what has just been loaded stays fresh. */
const REFRESH_MS = 400
const TAIL_KEYS = 200

/** All is quiet: every instance, a cold one too, is asked for every hot row and some of the others, and what it says is noted as settled. */
export async function settle(seats: readonly Seat[], recorder: Recorder, database: Database): Promise<void> {
  const rows = new Set(database.rows)
  const tail = [...rows].filter(key => key.startsWith('tail:')).slice(0, TAIL_KEYS)
  const keys = [...HOT_KEYS.filter(key => rows.has(key)), ...tail]
  const ask = (how: ReadCall['how']): Promise<unknown> =>
    Promise.all(
      seats.map(async seat => {
        for (const key of keys) await settledRead(recorder, seat, { how, keys: [key], life: lifeOf(key) })
      }),
    )
  // What is stored, before anybody loads it anew.
  await ask('get')
  await ask('getOrSet')
}

/**
 * A stale answer is loaded anew behind it, and a call that rejects, on a machine that is not as quiet as it should be, says nothing of
 * what is stored: both are asked again. The last answer counts, whatever it is.
 */
async function settledRead(recorder: Recorder, seat: Seat, call: ReadCall): Promise<void> {
  const isAnswer = ({ error, answers }: ReadResult): boolean =>
    error === undefined && !answers.some(({ stale }) => stale)
  const tries = call.how === 'get' ? 1 : TRIES
  for (let left = tries; left > 0; left--) {
    const counts = (result: ReadResult): boolean => isAnswer(result) || (left === 1 && call.how !== 'get')
    const result = await recorder.read(seat, call, counts)
    if (result === undefined || isAnswer(result)) return
    if (left > 1) await pass(REFRESH_MS)
  }
}
