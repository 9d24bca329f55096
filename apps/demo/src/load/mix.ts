import { faker } from '@faker-js/faker/locale/en'
import type { World } from '../database/seed.ts'
import { createZipf } from './zipf.ts'

/** One request of the load. `uncached` reads past the cache. */
export type Work =
  | { readonly kind: 'read' | 'uncached'; readonly path: string }
  | { readonly kind: 'write'; readonly path: string; readonly body: object; readonly readBack: string }

export interface MixOptions {
  readonly seed: number
  readonly zipf: number
  readonly writes: number
}

/** The share of reads that go past the cache, to have something to compare with. */
const uncachedShare = 0.02

/** What visitors of a marketplace ask for, popular rows more often; the same seed asks the same. */
export function createMix(world: World, { seed, zipf, writes }: MixOptions): () => Work {
  faker.seed(seed + 1)
  const chance = (): number => faker.number.float()
  const draw = (count: number): (() => number) => {
    const rank = createZipf(count, zipf)
    return () => rank(chance())
  }
  const [jobRank, userRank, cityRank] = [draw(world.jobs), draw(world.users), draw(world.cities.length)]
  const job = (): number => jobRank() + 1
  const user = (): number => userRank() + 1
  const city = (): number => world.cities[cityRank()] as number

  const readPath = weighted(chance, [
    [45, () => `/jobs/${job()}`],
    [20, () => `/search?city=${city()}&page=${chance() < 0.9 ? 1 : 2}`],
    [15, () => `/users/${user()}`],
    [8, () => `/cities/${city()}`],
    [7, () => `/cities/${city()}/overview`],
    [5, () => `/jobs/${job()}/applications`],
  ])
  const write = weighted(chance, [
    [
      60,
      () =>
        put(`/jobs/${job()}`, {
          salary: 20_000 + Math.floor(chance() * 160_000),
          status: chance() < 0.9 ? 'open' : 'closed',
        }),
    ],
    [20, () => put(`/users/${user()}`, { headline: faker.person.jobTitle() })],
    [5, () => put(`/cities/${city()}`, { population: 100_000 + Math.floor(chance() * 20_000_000) })],
    [15, () => apply(job(), user(), faker.company.catchPhrase())],
  ])
  return () => {
    if (chance() < writes) return write()
    return { kind: chance() < uncachedShare ? 'uncached' : 'read', path: readPath() }
  }
}

function put(path: string, body: object): Work {
  return { kind: 'write', path, body, readBack: path }
}

function apply(job: number, user: number, letter: string): Work {
  return {
    kind: 'write',
    path: `/jobs/${job}/applications/${user}`,
    body: { letter },
    readBack: `/jobs/${job}/applications`,
  }
}

function weighted<T>(chance: () => number, choices: readonly (readonly [number, () => T])[]): () => T {
  const sum = choices.reduce((total, [weight]) => total + weight, 0)
  return () => {
    let left = chance() * sum
    for (const [weight, make] of choices) if ((left -= weight) < 0) return make()
    return (choices.at(-1) as readonly [number, () => T])[1]()
  }
}

/** Where a subject can be read. */
export function pathOf(subject: string): string {
  const [kind, id] = subject.split(':')
  if (kind === 'jobs-of') return `/search?city=${id}`
  if (kind === 'applications-of') return `/jobs/${id}/applications`
  if (kind === 'city') return `/cities/${id}`
  return `/${kind}s/${id}`
}
