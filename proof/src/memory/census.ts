import type { Cache } from '@tiercache/core'
import { PrivateFields } from './private-fields.ts'

/** How large a table is; of several with one name, such as the logs of partitions, the largest. */
export type Census = ReadonlyMap<string, number>

/** What is not core's: libraries, the runtime, values. */
const FOREIGN = new Set([
  'Promise',
  'CircuitBreaker',
  'Channel',
  'RecordableHistogram',
  'SystemClock',
  'Buffer',
  'Uint8Array',
  'Uint32Array',
  'Float64Array',
  'Timeout',
  'KeyObject',
  'RegExp',
])
const LOOKED_INTO = 64

/** Counts what every Map, Set and array of a living cache holds, by `Class.field`. Costs some ms. */
export function census(cache: Cache): Census {
  using fields = new PrivateFields()
  const sizes = new Map<string, number>()
  const seen = new Set<object>()
  const note = (name: string, size: number): void => {
    sizes.set(name, Math.max(sizes.get(name) ?? 0, size))
  }
  const look = (name: string, object: object): void => {
    if (seen.has(object)) return
    seen.add(object)
    if (object instanceof Map || object instanceof Set) return note(name, object.size)
    if (Array.isArray(object)) {
      note(name, object.length)
      for (const one of object.slice(0, LOOKED_INTO)) if (isObject(one)) look(`${name}[]`, one)
      return
    }
    const { name: owner } = object.constructor
    if (FOREIGN.has(owner)) return
    if ('calculatedSize' in object && 'size' in object) return note(name, Number(object.size))
    if ('commandQueue' in object) return note('Redis.commandQueue', lengthOf(object.commandQueue))
    const prefix = owner === 'Object' ? name : owner
    for (const [field, held] of [...fields.of(object), ...Object.entries(object)]) {
      if (isObject(held)) look(`${prefix}.${field}`, held)
    }
  }
  look('Cache', cache)
  return sizes
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) !== null
}

function lengthOf(list: unknown): number {
  return typeof list === 'object' && list !== null && 'length' in list ? Number(list.length) : 0
}
