import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

/** Reads of keys, in order. Keys are numbers by first appearance: 0, 1, … */
export interface Trace {
  readonly name: string
  readonly keys: Uint32Array
  /** Different keys read. */
  readonly unique: number
  /** Bytes of the value of each key, if the trace tells. */
  readonly sizes: Float64Array | undefined
  /** Time since the read before, if the trace tells; in ms mostly. */
  readonly times: Float64Array | undefined
}

const KEYS = '.keys.gz'
/** Traces of changes, not of reads, begin with this. */
const UPDATES = 'updates-'

/** The traces at a path: of a folder all, else the one whose files begin with the path. Throws an `Error` if there is none. */
export function findTraces(path: string): string[] {
  const base = path.replace(/\.(keys|times|sizes)\.gz$/, '')
  if (existsSync(base + KEYS)) return [base]
  if (!existsSync(path) || !statSync(path).isDirectory())
    throw new Error(`There is no trace ${path}: it would be ${base}${KEYS}`)
  const found = readdirSync(path).filter(file => file.endsWith(KEYS) && !file.startsWith(UPDATES))
  if (found.length === 0) throw new Error(`There is no trace in ${path}: none of its files ends in ${KEYS}`)
  return found.toSorted().map(file => join(path, file.slice(0, -KEYS.length)))
}

/** The first `most` reads of a trace. Throws an `Error` for a file that is none. */
export function readTrace(base: string, most: number): Trace {
  const keys = Uint32Array.from(varints(base + KEYS, most))
  let unique = 0
  for (const key of keys) {
    if (key > unique) throw new Error(`${base}${KEYS} is no trace: key ${key} comes before key ${unique}`)
    if (key === unique) unique++
  }
  return {
    name: basename(base),
    keys,
    unique,
    sizes: part('sizes', unique),
    times: part('times', keys.length),
  }

  function part(kind: string, count: number): Float64Array | undefined {
    const file = `${base}.${kind}.gz`
    if (!existsSync(file)) return undefined
    const values = Float64Array.from(varints(file, count))
    if (values.length < count)
      throw new Error(`${file} has ${values.length} values, and the trace has ${count}`)
    return values
  }
}

/** Writes a trace as `readTrace` reads it. */
export function writeTrace(base: string, { keys, sizes, times }: Omit<Trace, 'name' | 'unique'>): void {
  mkdirSync(dirname(base), { recursive: true })
  for (const [kind, values] of Object.entries({ keys, sizes, times }))
    if (values !== undefined) writeFileSync(`${base}.${kind}.gz`, gzipSync(packed(values), { level: 9 }))
}

function varints(file: string, most: number): number[] {
  const values: number[] = []
  let [value, factor] = [0, 1]
  for (const byte of gunzipSync(readFileSync(file))) {
    if (values.length >= most) break
    value += (byte & 127) * factor
    factor *= 128
    if (byte > 127) continue
    values.push(value)
    value = 0
    factor = 1
  }
  return values
}

function packed(values: Iterable<number>): Buffer {
  const bytes: number[] = []
  for (const value of values) {
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
    bytes.push(rest)
  }
  return Buffer.from(bytes)
}
