import type { LogRecord, Mark, SyncReply } from '../store.ts'

/** What the SYNC script answers. */
export type SyncParts = [
  kind: Buffer,
  redisMs: Buffer,
  epoch: Buffer,
  seq: number,
  nonce: Buffer,
  list: Buffer[],
  healed: Buffer,
]

const SYNC_KINDS = { R: 'records', E: 'epoch', D: 'diverged', T: 'trimmed' } as const

/** A SYNC's answer as the engine knows it. */
export function parseSync([kind, redisMs, epoch, seq, nonce, list, healed]: SyncParts): SyncReply {
  const letter = String(kind) as keyof typeof SYNC_KINDS
  const records = letter === 'R' ? parseRecords(list, Number(seq)) : []
  const marks = letter === 'R' ? [] : parseMarks(list)
  return {
    kind: SYNC_KINDS[letter],
    redisMs: Number(redisMs),
    epoch: String(epoch),
    seq: Number(seq),
    nonce: String(nonce),
    healed: String(healed),
    records,
    marks,
  }
}

function parseRecords(list: readonly Buffer[], last: number): LogRecord[] {
  const count = list.length / 3
  return Array.from({ length: count }, (_, i) => ({
    seq: last - count + 1 + i,
    nonce: String(list[3 * i]),
    origin: String(list[3 * i + 1]),
    payload: String(list[3 * i + 2]),
  }))
}

const GROUP = /^t(\d{1,4})$/
const SLOTS_OF_GROUP = 64
const POSITION_BYTES = 6

/** The fields of the hash that hold marks: see scripts.ts. */
function parseMarks(list: readonly Buffer[]): Mark[] {
  const marks: Mark[] = []
  for (let i = 0; i + 1 < list.length; i += 2) {
    const group = GROUP.exec(String(list[i]))?.[1]
    const bytes = list[i + 1]
    if (group === undefined || bytes === undefined) continue
    const position = (at: number): number =>
      bytes.length < at + POSITION_BYTES ? 0 : bytes.readUIntBE(at, POSITION_BYTES)
    for (
      let at = 0, slot = Number(group) * SLOTS_OF_GROUP;
      at < bytes.length;
      at += 2 * POSITION_BYTES, slot++
    ) {
      const [hard, soft] = [position(at), position(at + POSITION_BYTES)]
      if (hard > 0 || soft > 0) marks.push({ slot, hard, soft })
    }
  }
  return marks
}
