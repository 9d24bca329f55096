/** How many records back a failover may go. */
const KEPT_RECORDS = 1000

/** What was done, to be undone: a replica that had not heard of the last records takes over. */
export class FakeHistory {
  /** What undoes the writes since each record, that record included; the first list is of what came before any. */
  #sinceRecord: (() => void)[][] = [[]]

  /** Writes or, without a value, deletes an entry of a map. */
  put<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
    const before = map.get(key)
    if (value === undefined) map.delete(key)
    else map.set(key, value)
    this.note(() => {
      if (before === undefined) map.delete(key)
      else map.set(key, before)
    })
  }

  /** Remembers how to undo a write. */
  note(undo: () => void): void {
    this.#sinceRecord.at(-1)?.push(undo)
  }

  /** What follows belongs to a new record. */
  record(): void {
    this.#sinceRecord.push([])
    if (this.#sinceRecord.length > KEPT_RECORDS + 1) this.#sinceRecord.shift()
  }

  /** Undoes the last `count` records and every write since the first of them. */
  rollback(count: number): void {
    for (let i = 0; i < count && this.#sinceRecord.length > 1; i++) {
      for (const undo of this.#sinceRecord.pop()?.reverse() ?? []) undo()
    }
  }

  clear(): void {
    this.#sinceRecord = [[]]
  }
}
