import { types } from 'node:util'
import { isUnreadable, MAX_DEPTH } from './plain.ts'

/** Where in a value something sits that cannot be stored, and what it is: `value.user.save`, `is a function`. */
export interface Unwritable {
  readonly path: string
  readonly reason: string
}

/**
 * The first part of a value that `plain` refuses, or undefined if a second look finds none (a getter may answer
 * differently). Slow and thorough: only called once a value was refused.
 */
export function whyUnwritable(value: unknown): Unwritable | undefined {
  return look(value, 'value', new Set())
}

function look(value: unknown, path: string, above: Set<object>): Unwritable | undefined {
  if (typeof value === 'function') return { path, reason: 'is a function' }
  if (typeof value === 'symbol') return { path, reason: 'is a symbol' }
  if (typeof value !== 'object' || value === null) return undefined
  if (above.has(value)) return { path, reason: 'contains itself' }
  if (above.size >= MAX_DEPTH)
    return { path: shortened(path), reason: `is nested deeper than ${MAX_DEPTH} levels` }
  if (isUnreadable(value)) return { path, reason: `is a ${nameOf(value)}` }
  above.add(value)
  const found = lookInside(value, path, above)
  above.delete(value)
  return found
}

function lookInside(value: object, path: string, above: Set<object>): Unwritable | undefined {
  for (const [step, part] of partsOf(value)) {
    const found = look(part, path + step, above)
    if (found !== undefined) return found
  }
  return undefined
}

function* partsOf(value: object): Generator<[step: string, part: unknown]> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield [`[${i}]`, item]
  } else if (types.isMap(value)) {
    let i = 0
    for (const [key, item] of value) {
      yield [`.keys()[${i}]`, key]
      yield [typeof key === 'string' ? `.get(${JSON.stringify(key)})` : `.values()[${i}]`, item]
      i++
    }
  } else if (types.isSet(value)) {
    for (const [i, item] of [...value].entries()) yield [`.values()[${i}]`, item]
  } else if (!ArrayBuffer.isView(value) && !types.isAnyArrayBuffer(value) && !types.isDate(value)) {
    yield* propertiesOf(value)
  }
}

function* propertiesOf(value: object): Generator<[step: string, part: unknown]> {
  const { toJSON } = value as { toJSON?: unknown }
  const prototype: unknown = Object.getPrototypeOf(value)
  const json: unknown =
    typeof toJSON === 'function' && prototype !== Object.prototype ? toJSON.call(value, '') : value
  if (json !== value) return yield ['.toJSON()', json]
  if (value instanceof Error) yield ['.cause', value.cause]
  for (const [key, item] of Object.entries(value)) {
    yield [/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`, item]
  }
}

function nameOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

function shortened(path: string): string {
  return path.length > 80 ? `${path.slice(0, 79)}…` : path
}
