import type { LogRecord, Mark, SyncReply } from '../store.ts'

/** What the SYNC script answers. */
export type SyncParts = [
  kind: Buffer,
  redisMs: Buffer,
  epoch: Buffer,
  seq: number,
  nonce: Buffer,
  list: Buffer[],
]

const SYNC_KINDS = { R: 'records', E: 'epoch', D: 'diverged', T: 'trimmed' } as const

/** A SYNC's answer as the engine knows it. */
export function parseSync([kind, redisMs, epoch, seq, nonce, list]: SyncParts): SyncReply {
  const letter = String(kind) as keyof typeof SYNC_KINDS
  const records = letter === 'R' ? parseRecords(list, Number(seq)) : []
  const marks = letter === 'R' ? [] : parseMarks(list)
  return {
    kind: SYNC_KINDS[letter],
    redisMs: Number(redisMs),
    epoch: String(epoch),
    seq: Number(seq),
    nonce: String(nonce),
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

function parseMarks(list: readonly Buffer[]): Mark[] {
  const marks = new Map<number, { slot: number; hard: number; soft: number }>()
  for (let i = 0; i + 1 < list.length; i += 2) {
    const field = String(list[i])
    const slot = Number.parseInt(field.slice(1), 36)
    if (field.length < 2 || !Number.isInteger(slot)) continue
    const mark = marks.get(slot) ?? { slot, hard: 0, soft: 0 }
    if (field.startsWith('t')) mark.hard = Number(list[i + 1])
    else if (field.startsWith('x')) mark.soft = Number(list[i + 1])
    marks.set(slot, mark)
  }
  return [...marks.values()]
}
