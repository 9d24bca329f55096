import type { Answer, Instance, Life, Row, Written } from './contender.ts'
import { now } from './monotonic.ts'

/** A read, as plain data. */
export interface ReadCall {
  readonly how: 'get' | 'getOrSet' | 'getMany' | 'getOrSetMany'
  readonly keys: readonly string[]
  readonly life: Life
}

/** A write, as plain data. `rows` are what the database has of everything that it concerns. */
export interface WriteCall {
  readonly how: 'set' | 'delete' | 'expire' | 'tag' | 'expire-tag' | 'prefix' | 'clear'
  readonly rows: readonly Row[]
  /** The tag or prefix. */
  readonly name: string
  readonly life: Life
}

/** How a read ended, by the clock of the machine. `error`: it rejected. */
export interface ReadResult {
  readonly t0: number
  readonly t1: number
  readonly answers: readonly Answer[]
  readonly error?: string
}

/** How a write ended. */
export interface WriteResult {
  readonly t1: number
  readonly status: Written['status'] | 'failed'
  readonly error?: string
}

/** Makes a call and notes when it began and ended. Never rejects. */
export async function performRead(instance: Instance, { how, keys, life }: ReadCall): Promise<ReadResult> {
  const t0 = now()
  try {
    const answers = await read(instance, how, keys, life)
    return { t0, t1: now(), answers }
  } catch (error) {
    return { t0, t1: now(), answers: [], error: String(error) }
  }
}

async function read(
  instance: Instance,
  how: ReadCall['how'],
  keys: readonly string[],
  life: Life,
): Promise<readonly Answer[]> {
  if (how === 'getMany' && instance.getMany) return instance.getMany(keys)
  if (how === 'getOrSetMany' && instance.getOrSetMany) return instance.getOrSetMany(keys, life)
  const one = how === 'get' || how === 'getMany' ? 'get' : 'getOrSet'
  return Promise.all(keys.map(key => instance[one](key, life)))
}

/** Makes a call; `onDone` hears when everybody is bound by it, if that ever happens. Never rejects. */
export async function performWrite(
  instance: Instance,
  call: WriteCall,
  onDone: (at: number) => void,
): Promise<WriteResult> {
  try {
    const { status, done } = await write(instance, call)
    const t1 = now()
    done.then(
      () => onDone(status === 'committed' ? t1 : now()),
      () => {},
    )
    return { t1, status }
  } catch (error) {
    return { t1: now(), status: 'failed', error: String(error) }
  }
}

/** What a contender lacks is made of what it has. */
function write(instance: Instance, { how, rows, name, life }: WriteCall): Promise<Written> {
  const keys = rows.map(({ key }) => key)
  if (how === 'set') return instance.set(rows, life)
  if (how === 'tag' && instance.deleteByTag) return instance.deleteByTag(name)
  if (how === 'prefix' && instance.deleteByPrefix) return instance.deleteByPrefix(name)
  if (how === 'clear' && instance.clear) return instance.clear()
  if (how === 'expire' && instance.expire) return instance.expire(keys)
  if (how === 'expire-tag' && instance.expireByTag) return instance.expireByTag(name)
  return instance.delete(keys)
}
