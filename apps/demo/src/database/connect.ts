import { DatabaseSync } from 'node:sqlite'

/**
 * Opens the file for one process of several. The file lives as long as the demo, so a commit need not reach the disk:
 * `synchronous = OFF` is safe against a killed process, only not against a power cut.
 */
export function connect(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: true })
  database.exec('PRAGMA synchronous = OFF')
  return database
}

/** Runs `work` in one transaction: a reader sees one state of all tables, a writer commits all or nothing. */
export function transaction<T>(database: DatabaseSync, mode: 'DEFERRED' | 'IMMEDIATE', work: () => T): T {
  database.exec(`BEGIN ${mode}`)
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
