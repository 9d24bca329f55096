import type { DatabaseSync } from 'node:sqlite'
import type { Versions } from '../protocol.ts'
import { transaction } from './connect.ts'

/** What a write made, and what must leave the cache because of it. */
export interface Written {
  readonly versions: Versions
  /** Entries to delete by key, entries to delete by tag, and entries that may be served once more, marked stale. */
  readonly keys: readonly (readonly [string, number])[]
  readonly tags: readonly string[]
  readonly expiredTags: readonly string[]
}

/** The writes of the marketplace. Each is idempotent, so that it may be repeated; each answers `null` if there is no such row. */
export interface Writes {
  job(id: number, change: { readonly salary: number; readonly status: 'open' | 'closed' }): Written | null
  user(id: number, change: { readonly headline: string }): Written | null
  city(id: number, change: { readonly population: number }): Written | null
  application(job: number, user: number, change: { readonly letter: string }): Written | null
}

interface Versioned {
  readonly version: number
}

export function createWrites(database: DatabaseSync): Writes {
  const updateJob = database.prepare(
    'UPDATE jobs SET salary = ?, status = ?, version = version + 1 WHERE id = ? RETURNING version, city_id',
  )
  const bumpJobs = database.prepare(
    'UPDATE cities SET jobs_version = jobs_version + 1 WHERE id = ? RETURNING jobs_version AS version',
  )
  const updateUser = database.prepare(
    'UPDATE users SET headline = ?, version = version + 1 WHERE id = ? RETURNING version',
  )
  const updateCity = database.prepare(
    'UPDATE cities SET population = ?, version = version + 1 WHERE id = ? RETURNING version',
  )
  const bumpApplications = database.prepare(
    'UPDATE jobs SET applications_version = applications_version + 1 WHERE id = ? RETURNING applications_version AS version',
  )
  const userExists = database.prepare('SELECT 1 FROM users WHERE id = ?')
  const upsertApplication = database.prepare(`
    INSERT INTO applications (job_id, user_id, letter) VALUES (?, ?, ?)
    ON CONFLICT (job_id, user_id) DO UPDATE SET letter = excluded.letter, version = version + 1`)

  return {
    job: (id, { salary, status }) =>
      transaction(database, 'IMMEDIATE', () => {
        const row = updateJob.get(salary, status, id) as (Versioned & { city_id: number }) | undefined
        if (!row) return null
        const list = bumpJobs.get(row.city_id) as unknown as Versioned
        return {
          versions: { [`job:${id}`]: row.version, [`jobs-of:${row.city_id}`]: list.version },
          keys: [['job', id]],
          tags: [`jobs-of:${row.city_id}`],
          expiredTags: [`overview-of:${row.city_id}`],
        }
      }),
    user(id, { headline }) {
      const row = updateUser.get(headline, id) as Versioned | undefined
      if (!row) return null
      return {
        versions: { [`user:${id}`]: row.version },
        keys: [['user', id]],
        tags: [`user:${id}`],
        expiredTags: [],
      }
    },
    city(id, { population }) {
      const row = updateCity.get(population, id) as Versioned | undefined
      return row
        ? { versions: { [`city:${id}`]: row.version }, keys: [['city', id]], tags: [], expiredTags: [] }
        : null
    },
    application: (job, user, { letter }) =>
      transaction(database, 'IMMEDIATE', () => {
        const list = userExists.get(user) && (bumpApplications.get(job) as Versioned | undefined)
        if (!list) return null
        upsertApplication.run(job, user, letter)
        return {
          versions: { [`applications-of:${job}`]: list.version },
          keys: [['applications', job]],
          tags: [],
          expiredTags: [],
        }
      }),
  }
}
