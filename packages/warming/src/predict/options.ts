import type { Cache } from '@tiercache/core'
import { checkNames, optionError, whole } from '@tiercache/core/options'
import type { GateView } from './gate.ts'

/** What `predict` takes. Everything has a default. */
export interface PredictOptions {
  /**
   * What counts as one after another. `'request'` (default): the reads within one call of `within`; others are neither learned from nor
   * followed. `'process'`: all reads of the process, for one that does one thing at a time.
   */
  readonly context?: 'request' | 'process'
  /** The share of fetched keys that must be asked for, from 0.5 up to 1, without it. Default 0.9. */
  readonly precision?: number
  /** How many reads ahead. Default 4; 1 to 16. */
  readonly depth?: number
  /** Keys whose successors are known at a time, 21 bytes each beside the texts of those that are sure. Default 65 536. */
  readonly keys?: number
  /** Keys that are being fetched at the same time; predictions beyond are dropped. Default 256. */
  readonly atOnce?: number
  /** Called when predictions of a kind begin to be fetched, or end to be, with the precision that decided it. */
  readonly onChange?: (change: GateView) => void
}

/** Options of a predictor, all valid. */
export type PredictSettings = Required<PredictOptions>

/** Checks every option. Throws `CacheError`. */
export function resolvePredictOptions(cache: Cache, options: PredictOptions): PredictSettings {
  // Not by its class, of which a program may have two: of a module and of CommonJS.
  if (typeof (cache as Partial<Cache> | null)?.holdsPrinted !== 'function')
    throw optionError('cache', cache, 'must be a cache of createCache')
  checkNames(options, ['context', 'precision', 'depth', 'keys', 'atOnce', 'onChange'], '')
  const { context = 'request', precision = 0.9, depth, keys, atOnce, onChange = () => {} } = options
  if (context !== 'request' && context !== 'process')
    throw optionError('context', context, "must be 'request' or 'process'")
  if (!(typeof precision === 'number' && precision >= 0.5 && precision < 1))
    throw optionError('precision', precision, 'must be a number from 0.5 up to 1, without it')
  if (typeof onChange !== 'function') throw optionError('onChange', onChange, 'must be a function')
  return {
    context,
    precision,
    depth: whole(depth, 4, 'depth', 1, 16),
    keys: whole(keys, 65_536, 'keys', 64, 16_777_216),
    atOnce: whole(atOnce, 256, 'atOnce', 1, 10_000),
    onChange,
  }
}
