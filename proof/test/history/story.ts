import type { Bounds, Invariant } from '../../src/history/check.ts'
import { check } from '../../src/history/check.ts'
import {
  emptyHistory,
  type Fault,
  type History,
  type Load,
  type Read,
  type Write,
} from '../../src/history/history.ts'

/** Round numbers, so that a test can say "just". */
export const BOUNDS: Bounds = {
  deltaMs: 1000,
  maxStaleMs: 3000,
  readBudgetMs: 500,
  writeBudgetMs: 200,
  slackMs: 10,
  flightMarginMs: 100,
}

/** A history told by hand. All calls are of one key on instance 0, take 5 ms and go well, unless said otherwise. */
export class Story {
  readonly history: History = emptyHistory()

  /** The database has a version, and an instance tells the cache. */
  write(version: number, t0: number, more: Partial<Write> = {}): Write {
    const t1 = more.t1 ?? t0 + 5
    const committedAt = more.status === undefined ? t1 : Infinity
    const keys = [['k', version] as const]
    const write: Write = {
      instance: 0,
      life: 0,
      how: 'delete',
      soft: false,
      keys,
      t0,
      t1,
      status: 'committed',
      committedAt,
      ...more,
    }
    this.history.writes.push(write)
    for (const [key, last] of write.keys)
      this.history.final.set(key, Math.max(last, this.history.final.get(key) ?? 0))
    return write
  }

  read(version: number | undefined, t0: number, more: Partial<Read> = {}): Read {
    const key = more.key ?? 'k'
    const read: Read = {
      instance: 0,
      life: 0,
      key,
      how: 'getOrSet',
      t0,
      t1: t0 + 5,
      version,
      valueKey: key,
      stale: false,
      tier: undefined,
      settled: false,
      ...more,
    }
    this.history.reads.push(read)
    return read
  }

  load(t0: number, t1: number, more: Partial<Load> = {}): Load {
    const load: Load = { instance: 0, life: 0, key: 'k', t0, t1, failed: false, ...more }
    this.history.loads.push(load)
    return load
  }

  fault(t0: number, t1: number, more: Partial<Fault> = {}): void {
    this.history.faults.push({ name: 'trouble', t0, t1, ...more })
  }

  /** The promises that the checker finds broken, in order. */
  broken(bounds: Partial<Bounds> = {}): Invariant[] {
    return check(this.history, { ...BOUNDS, ...bounds }).map(({ invariant }) => invariant)
  }
}
