import { ESCAPE, OBJECT, TEXT } from './escape.ts'

const REPLACEMENT: Buffer = Buffer.from([0xef, 0xbf, 0xbd])
const BYTE_ORDER_MARK: Buffer = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * True if the bytes may hold a string that UTF-8 changed: a lone surrogate (msgpackr writes U+FFFD, or three bytes
 * that read as it), or a byte order mark, which msgpackr drops from the start of a string if its native addon is
 * missing. False alarms are possible, numbers being bytes too. Looking at the bytes costs some 60 ns for 200 B and
 * 400 ns for 10 KB; asking every string would cost half as much as encoding them.
 */
export function mayHaveLostText(bytes: Buffer): boolean {
  if (bytes.includes(0xef) && (bytes.includes(REPLACEMENT) || bytes.includes(BYTE_ORDER_MARK))) return true
  let looks = 16 + bytes.length / 64
  for (let at = bytes.indexOf(0xed); at !== -1; at = bytes.indexOf(0xed, at + 1)) {
    // 0xed 0x80…0x9f are Korean syllables; too many of them to look at is a false alarm as well.
    if (isSurrogate(bytes, at) || looks-- <= 0) return true
  }
  return false
}

function isSurrogate(bytes: Buffer, at: number): boolean {
  return (bytes[at + 1] ?? 0) >> 5 === 0b101 && (bytes[at + 2] ?? 0) >> 6 === 0b10
}

/** Whether it was not a false alarm: true if a string or key of a value that went through `plain` needs an escape. */
export function needsEscapes(value: unknown): boolean {
  if (typeof value === 'string') return !survivesUtf8(value)
  if (Array.isArray(value)) return value.some(needsEscapes)
  if (typeof value !== 'object' || value === null || !isRecord(value)) return false
  const properties = value as Record<string, unknown>
  for (const key in properties) if (!survivesUtf8(key) || needsEscapes(properties[key])) return true
  return false
}

/** A value that went through `plain`, with the strings and keys that UTF-8 would change replaced by escapes. */
export function escapeText(value: unknown): unknown {
  if (typeof value === 'string') {
    return survivesUtf8(value) ? value : [ESCAPE, TEXT, Buffer.from(value, 'utf16le')]
  }
  if (Array.isArray(value)) return value.map(escapeText)
  if (typeof value !== 'object' || value === null || !isRecord(value)) return value
  const entries = Object.entries(value).map(([key, item]): [unknown, unknown] => [
    escapeText(key),
    escapeText(item),
  ])
  return entries.every(([key]) => typeof key === 'string')
    ? Object.fromEntries(entries as [string, unknown][])
    : [ESCAPE, OBJECT, ...entries.flatMap(pair => pair)]
}

function survivesUtf8(text: string): boolean {
  return text.isWellFormed() && text.charCodeAt(0) !== 0xfeff
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
