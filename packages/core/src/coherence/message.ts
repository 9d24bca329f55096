import type { LogRecord, Targets } from '../store.ts'

/** A record of the log as it travels on the bus: with what came before it, so that a gap shows. */
export interface LogMessage extends LogRecord {
  readonly type: 'record'
  readonly epoch: string
  readonly previous: string
}

/** A key whose lease ended, with or without a value: whoever waits for it may ask again. */
export interface WakeMessage {
  readonly type: 'wake'
  readonly id: string
}

const MAX_MESSAGE = 64 * 1024
const WAKE = 'F|'

/** A message of the bus, or `undefined` for one that is not ours to read. Never throws. */
export function parseMessage(text: string): LogMessage | WakeMessage | undefined {
  if (text.length > MAX_MESSAGE) return undefined
  if (text.startsWith(WAKE)) return { type: 'wake', id: text.slice(WAKE.length) }
  const parts = text.split('|', 5)
  const [epoch, seqText, previous, nonce, origin] = parts
  if (epoch === undefined || seqText === undefined || previous === undefined || nonce === undefined)
    return undefined
  const seq = Number(seqText)
  if (origin === undefined || !Number.isSafeInteger(seq) || seq <= 0) return undefined
  const payload = text.slice(
    epoch.length + seqText.length + previous.length + nonce.length + origin.length + parts.length,
  )
  return { type: 'record', epoch, seq, previous, nonce, origin, payload }
}

/** The text of a record on the bus; the scripts make the same. */
export function formatRecord(epoch: string, previous: string, record: LogRecord): string {
  return `${epoch}|${record.seq}|${previous}|${record.nonce}|${record.origin}|${record.payload}`
}

/** The text of a wake-up on the bus; the scripts make the same. */
export function formatWake(id: string): string {
  return WAKE + id
}

/** What is invalidated, as text for the log. Names are escaped by JSON; a payload holds names only, never values. */
export function formatTargets(targets: Targets): string {
  const { keys, tags, prefixes, soft } = targets
  return JSON.stringify({
    ...(keys.length > 0 && { k: keys }),
    ...(tags.length > 0 && { t: tags }),
    ...(prefixes.length > 0 && { p: prefixes }),
    ...(soft && { s: 1 }),
  })
}

/** The targets of a payload, or `undefined` where it cannot be read. Never throws. */
export function parseTargets(payload: string): Targets | undefined {
  let data: unknown
  try {
    data = JSON.parse(payload)
  } catch {
    return undefined
  }
  if (typeof data !== 'object' || data === null) return undefined
  const { k, t, p, s } = data as Record<string, unknown>
  const keys = strings(k)
  const tags = strings(t)
  const prefixes = strings(p)
  return keys && tags && prefixes ? { keys, tags, prefixes, soft: s === 1 } : undefined
}

function strings(list: unknown): readonly string[] | undefined {
  if (list === undefined) return []
  return Array.isArray(list) && list.every(item => typeof item === 'string') ? list : undefined
}
