import type { DatabaseSync } from 'node:sqlite'
import type { Versions } from '../protocol.ts'
import { transaction } from './connect.ts'

/** What a query found: the data, which versions of what it shows, and the tags under which a write may drop it. */
export interface Found {
  readonly data: unknown
  readonly versions: Versions
  readonly tags: readonly string[]
}

const pageSize = 20

/** The queries of the marketplace. Each answers `null` where there is no such row. */
export interface Reads {
  job(id: number): Found | null
  user(id: number): Found | null
  city(id: number): Found | null
  search(city: number, page: number): Found | null
  overview(city: number): Found | null
  applications(job: number): Found | null
}

interface JobRow {
  id: number
  version: number
  employer_id: number
  employer_version: number
}

export function createReads(database: DatabaseSync): Reads {
  const jobById = database.prepare(`
    SELECT jobs.id, title, description, salary, status, posted_at, jobs.version, cities.name AS city, employer_id,
      users.name AS employer, users.headline AS employer_headline, users.version AS employer_version
    FROM jobs JOIN cities ON cities.id = jobs.city_id JOIN users ON users.id = employer_id WHERE jobs.id = ?`)
  const userById = database.prepare(`
    SELECT users.id, users.name, headline, cities.name AS city, users.version
    FROM users JOIN cities ON cities.id = city_id WHERE users.id = ?`)
  const cityById = database.prepare(
    'SELECT id, name, country, population, latitude, longitude, version FROM cities WHERE id = ?',
  )
  const jobsVersion = database.prepare('SELECT jobs_version AS version FROM cities WHERE id = ?')
  const openJobs = database.prepare(`
    SELECT id, title, salary, posted_at, version FROM jobs
    WHERE city_id = ? AND status = 'open' ORDER BY posted_at DESC LIMIT ? OFFSET ?`)
  const jobFigures = database.prepare(`
    SELECT count(*) AS jobs, sum(status = 'open') AS open, round(avg(salary)) AS average_salary FROM jobs WHERE city_id = ?`)
  const applicationsVersion = database.prepare(
    'SELECT applications_version AS version FROM jobs WHERE id = ?',
  )
  const applicationsOf = database.prepare(
    'SELECT user_id, letter, version FROM applications WHERE job_id = ?',
  )

  return {
    job(id) {
      const row = jobById.get(id) as JobRow | undefined
      if (!row) return null
      const employer = `user:${row.employer_id}`
      return {
        data: row,
        versions: { [`job:${id}`]: row.version, [employer]: row.employer_version },
        tags: [employer],
      }
    },
    user(id) {
      const row = userById.get(id) as { version: number } | undefined
      return row ? { data: row, versions: { [`user:${id}`]: row.version }, tags: [] } : null
    },
    city(id) {
      const row = cityById.get(id) as { version: number } | undefined
      return row ? { data: row, versions: { [`city:${id}`]: row.version }, tags: [] } : null
    },
    search(city, page) {
      const [list, rows] = transaction(
        database,
        'DEFERRED',
        () =>
          [
            jobsVersion.get(city) as { version: number } | undefined,
            openJobs.all(city, pageSize, (page - 1) * pageSize) as { id: number; version: number }[],
          ] as const,
      )
      if (!list) return null
      const subject = `jobs-of:${city}`
      const versions = Object.fromEntries([
        [subject, list.version],
        ...rows.map(row => [`job:${row.id}`, row.version]),
      ])
      return { data: { city, page, jobs: rows }, versions, tags: [subject] }
    },
    overview(city) {
      const [list, figures] = transaction(
        database,
        'DEFERRED',
        () => [jobsVersion.get(city) as { version: number } | undefined, jobFigures.get(city)] as const,
      )
      if (!list) return null
      return {
        data: { city, ...figures },
        versions: { [`jobs-of:${city}`]: list.version },
        tags: [`overview-of:${city}`],
      }
    },
    applications(job) {
      const [list, rows] = transaction(
        database,
        'DEFERRED',
        () =>
          [
            applicationsVersion.get(job) as { version: number } | undefined,
            applicationsOf.all(job) as { user_id: number; version: number }[],
          ] as const,
      )
      if (!list) return null
      return {
        data: { job, applications: rows },
        versions: { [`applications-of:${job}`]: list.version },
        tags: [],
      }
    },
  }
}
