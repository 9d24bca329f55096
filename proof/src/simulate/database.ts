import type { RowSettings } from './plan.ts'
import { GROUPS, idOf } from './rows.ts'

/** A row as it is now. */
export interface Row extends RowSettings {
  readonly id: string
  version: number
  /** Index of its group, for rows that move. */
  group: number
  /** It changes groups, and values of before may still be about. */
  isMoving: boolean
}

/** What a reader of the database gets, and the cache stores: it tells whose it is and how new. */
export interface Value {
  readonly key: string
  readonly version: number
}

/** The truth that is cached. Those who must take turns at a row queue for it. */
export class Database {
  readonly rows: readonly Row[]
  readonly #turns = new Map<Row, Promise<void>>()

  constructor(rows: readonly RowSettings[]) {
    this.rows = rows.map((row, index) => ({
      ...row,
      id: idOf(row),
      version: 0,
      group: index % GROUPS.length,
      isMoving: false,
    }))
  }

  /** The tags that a value of a row as it is now has. */
  tagsOf(row: Row): readonly string[] {
    return row.kind === 'moving' ? [GROUPS[row.group] ?? ''] : row.tags
  }

  /** Waits for the rows; the function returned hands them on. */
  async take(rows: readonly Row[]): Promise<() => void> {
    const before = rows.flatMap(row => this.#turns.get(row) ?? [])
    const mine = Promise.withResolvers<void>()
    for (const row of rows) this.#turns.set(row, mine.promise)
    await Promise.all(before)
    return mine.resolve
  }
}
