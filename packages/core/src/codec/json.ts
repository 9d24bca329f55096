import { shown } from '../errors.ts'
import { type Codec, JSON_FLAG, undecodable, unencodable } from './codec.ts'
import { MAX_DEPTH } from './plain.ts'

/**
 * JSON, readable by any program. Values come back as JSON has them: a Date as a string, NaN as null, without
 * undefined and functions, a Map as `{}`. Use `msgpack()` where memory and Redis must give the same value.
 *
 * `E_VALUE` for what JSON.stringify refuses (cycles, bigint) or has no word for (undefined, a function, a symbol as
 * the value itself), and for more than 256 levels; `E_CODEC` for bytes that are not JSON or are deeper.
 */
export function json(): Codec {
  return { id: 'json', flag: JSON_FLAG, encode, decode }
}

// Each level takes a bracket at either end.
const SHALLOW_LENGTH = 2 * MAX_DEPTH

function encode(value: unknown): Buffer {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw unencodable(`The value cannot be written as JSON: ${messageOf(cause)}`, { path: 'value', cause })
  }
  if (text === undefined) throw unencodable(`JSON cannot write ${shown(value)}`, { path: 'value' })
  if (text.length > SHALLOW_LENGTH && isDeeper(value, MAX_DEPTH)) {
    throw unencodable(`The value is nested deeper than ${MAX_DEPTH} levels`, { path: 'value' })
  }
  return Buffer.from(text)
}

function decode(bytes: Buffer): unknown {
  const value = parse(bytes.toString())
  if (bytes.length > SHALLOW_LENGTH && isDeeper(value, MAX_DEPTH))
    throw undecodable(`nested deeper than ${MAX_DEPTH}`)
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw undecodable('not JSON') // V8's error shows a part of the value
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) return value.some(item => isDeeper(item, levels - 1))
  // What toJSON returns was written instead, and the object behind it may well be cyclic.
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return false
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], levels - 1)) return true
  return false
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
}
