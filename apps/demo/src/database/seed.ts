import { faker } from '@faker-js/faker/locale/en'
import { connect, transaction } from './connect.ts'
import { largestCities, type City } from './cities.ts'
import { schema } from './schema.ts'
import { createZipf } from '../load/zipf.ts'

/** What the load may ask for. Jobs and users are numbered from 1; cities carry their GeoNames ids, the largest first. */
export interface World {
  readonly cities: readonly number[]
  readonly users: number
  readonly jobs: number
  readonly applications: number
}

const size = { cities: 200, users: 500, jobs: 1000, applications: 4000 }
const batch = 500
const newest = Date.UTC(2026, 0, 1)

/** Creates the tables and fills them, the same rows for the same seed. Calls `progress` with the share done. */
export async function seedDatabase(
  file: string,
  seed: number,
  progress: (share: number) => void,
): Promise<World> {
  const database = connect(file)
  try {
    database.exec(schema)
    faker.seed(seed)
    const cities = await largestCities(size.cities)
    const total = size.cities + size.users + size.jobs + size.applications
    let done = 0
    const fill = async (
      sql: string,
      count: number,
      row: (n: number) => (string | number)[],
    ): Promise<void> => {
      const insert = database.prepare(sql)
      for (let from = 1; from <= count; from += batch) {
        const until = Math.min(count, from + batch - 1)
        transaction(database, 'IMMEDIATE', () => {
          for (let n = from; n <= until; n++) insert.run(...row(n))
        })
        done += until - from + 1
        progress(done / total)
        await new Promise(resolve => setImmediate(resolve))
      }
    }
    const pickCity = byPopulation(cities)
    await fill(
      'INSERT INTO cities (id, name, country, population, latitude, longitude) VALUES (?, ?, ?, ?, ?, ?)',
      cities.length,
      n => {
        const { id, name, country, population, latitude, longitude } = cities[n - 1] as City
        return [id, name, country, population, latitude, longitude]
      },
    )
    await fill(
      'INSERT INTO users (id, name, email, headline, city_id) VALUES (?, ?, ?, ?, ?)',
      size.users,
      n => [n, faker.person.fullName(), `user${n}@example.com`, faker.person.jobTitle(), pickCity()],
    )
    await fill(
      'INSERT INTO jobs (id, title, description, salary, status, posted_at, city_id, employer_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      size.jobs,
      n => [
        n,
        faker.person.jobTitle(),
        faker.lorem.sentences(3),
        faker.number.int({ min: 20, max: 180 }) * 1000,
        faker.number.float() < 0.9 ? 'open' : 'closed',
        new Date(newest - n * 600_000).toISOString(),
        pickCity(),
        faker.number.int({ min: 1, max: size.users }),
      ],
    )
    const pickJob = createZipf(size.jobs, 1)
    await fill(
      'INSERT OR IGNORE INTO applications (job_id, user_id, letter) VALUES (?, ?, ?)',
      size.applications,
      () => [
        pickJob(faker.number.float()) + 1,
        faker.number.int({ min: 1, max: size.users }),
        faker.lorem.sentence(),
      ],
    )
    const stored = database.prepare('SELECT count(*) AS n FROM applications').get() as { n: number }
    return { cities: cities.map(city => city.id), users: size.users, jobs: size.jobs, applications: stored.n }
  } finally {
    database.close()
  }
}

/** People and jobs live where people live: a city is picked with the share of its population, by its rank. */
function byPopulation(cities: readonly City[]): () => number {
  const rank = createZipf(cities.length, 0.7)
  return () => (cities[rank(faker.number.float())] as City).id
}
