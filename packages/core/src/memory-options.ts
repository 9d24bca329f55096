import { checkNames, flag, optionError, whole } from './checks.ts'
import { type ByteSize, parseBytes } from './duration.ts'
import type { SizeRange } from './memory/advisor/create-advisor.ts'
import type { Eviction } from './memory/create-tier.ts'

/** Bounds between which memory finds its own size. See `MemoryOptions.resize`. */
export interface ResizeOptions {
  /** Entries as a number, bytes as text such as `'16mb'`: of what `min` and `max` are both, that limit moves. */
  readonly min: number | (ByteSize & string)
  /** Where it begins, unless `maxEntries` or `maxBytes` says less. No more than those. */
  readonly max: number | (ByteSize & string)
  /** Time between two looks, in ms. Default 300 000: five minutes. */
  readonly everyMs?: number
}

/** Limits of the tier in memory. */
export interface MemoryOptions {
  /** Default 10 000, or the `max` of `resize`. */
  readonly maxEntries?: number
  /** Estimated from the values. Default `'64mb'`, or the `max` of `resize`. */
  readonly maxBytes?: ByteSize
  /**
   * What goes first when a limit is reached. `'lru'`, the default: the least recently used. `'adaptive'`: what is used seldom, weighed
   * against what is used lately as the traffic asks for; where `maxBytes` is set, what answers the fewest reads per byte. More hits in
   * the same memory, for a hit that takes half as long again, some ten nanoseconds more. See docs/eviction.md.
   */
  readonly eviction?: 'lru' | 'adaptive'
  /**
   * Look at a sample of what is read, so that `cache.memory.advise()` can tell what other sizes would do. It takes less than a megabyte,
   * and some nanoseconds per read: see docs/sizing.md. Default `false`.
   */
  readonly advise?: boolean
  /**
   * Follow that advice: the smallest size that answers at most 0.02 of all reads less than `max` would, by a quarter a step at most, and no
   * larger while 70 % of the heap are in use. Each step is a `resize` event. It includes `advise`. Default: off.
   */
  readonly resize?: ResizeOptions
}

/** What memory may hold and do, all valid. */
export interface MemorySettings {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly eviction: Eviction
  readonly advise: boolean
  readonly resize: ResizeSettings | undefined
}

/** Where and when memory finds its own size. */
export interface ResizeSettings extends SizeRange {
  readonly everyMs: number
}

const MOST_ENTRIES = 100_000_000
const LOOK_EVERY_MS = 300_000

/** Checks the options of memory; `undefined`: there is none. Throws `CacheError`. */
export function memorySettings(memory: MemoryOptions | false | undefined): MemorySettings | undefined {
  if (memory === false) return undefined
  checkNames(memory, ['maxEntries', 'maxBytes', 'eviction', 'advise', 'resize'], 'memory')
  const { maxEntries, maxBytes, eviction = 'lru', resize: asked, advise } = memory ?? {}
  if (eviction !== 'lru' && eviction !== 'adaptive')
    throw optionError('memory.eviction', eviction, "must be 'lru' or 'adaptive'")
  const resize = asked === undefined ? undefined : resizeSettings(asked)
  const [entriesMax, bytesMax] = [
    resize?.unit === 'entries' ? resize.max : undefined,
    resize?.unit === 'bytes' ? resize.max : undefined,
  ]
  const byBytes = maxBytes !== undefined || bytesMax !== undefined
  const settings = {
    maxEntries: whole(maxEntries ?? entriesMax, 10_000, 'memory.maxEntries', 1, MOST_ENTRIES),
    maxBytes: parseBytes(maxBytes ?? bytesMax ?? '64mb', 'memory.maxBytes'),
    eviction: eviction === 'adaptive' && byBytes ? ('size-aware' as const) : eviction,
    advise: flag(advise, resize !== undefined, 'memory.advise') || resize !== undefined,
    resize,
  }
  if (resize === undefined) return settings
  if (advise === false)
    throw optionError('memory.advise', false, 'must be true, or left out: memory.resize needs it')
  if (resize.unit === 'entries' && settings.eviction === 'size-aware')
    throw optionError(
      'memory.resize.max',
      resize.max,
      "must be a size such as '64mb': eviction 'adaptive' with maxBytes goes by bytes",
    )
  const [limit, name] =
    resize.unit === 'entries' ? [settings.maxEntries, 'maxEntries'] : [settings.maxBytes, 'maxBytes']
  if (resize.max > limit)
    throw optionError(
      'memory.resize.max',
      asked?.max,
      `must be no more than memory.${name}, ${limit}: raise that or leave it out`,
    )
  return settings
}

function resizeSettings(asked: ResizeOptions): ResizeSettings {
  checkNames(asked, ['min', 'max', 'everyMs'], 'memory.resize')
  const { min, max, everyMs } = asked
  if (typeof min !== typeof max)
    throw optionError(
      'memory.resize.min',
      min,
      `must be of the kind of max, ${String(max)}: both are numbers of entries, or both sizes such as '16mb'`,
    )
  const read = (value: unknown, path: string): number =>
    typeof value === 'string' ? parseBytes(value, path) : whole(value ?? NaN, 0, path, 1, MOST_ENTRIES)
  const range = { min: read(min, 'memory.resize.min'), max: read(max, 'memory.resize.max') }
  if (range.min > range.max)
    throw optionError('memory.resize.min', min, `must be no more than memory.resize.max, ${max}`)
  return {
    ...range,
    unit: typeof max === 'string' ? 'bytes' : 'entries',
    everyMs: whole(everyMs, LOOK_EVERY_MS, 'memory.resize.everyMs', 1000, 86_400_000),
  }
}
