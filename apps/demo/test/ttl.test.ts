import { expect, test } from 'vitest'
import { type Hour, race } from '../src/ttl/race.ts'

const options = {
  seed: 1,
  hours: 6,
  products: 200,
  readsPerHour: 4000,
  fixedTtl: '90s',
  adaptive: { staleTarget: 0.02 },
} as const

async function day(): Promise<Hour[]> {
  const hours: Hour[] = []
  for await (const hour of race(options)) hours.push(hour)
  return hours
}

test(
  'both caches answer every customer; the learnt ttl loads less in the end and keeps its target',
  { timeout: 60_000 },
  async () => {
    const hours = await day()
    expect(hours.map(({ hour, reads }) => [hour, reads])).toEqual(
      [1, 2, 3, 4, 5, 6].map(hour => [hour, 4000]),
    )
    const last = hours.slice(3)
    const sum = (of: (hour: Hour) => number): number => last.reduce((total, hour) => total + of(hour), 0)
    expect(sum(hour => hour.fixed.stale)).toBeGreaterThan(0)
    expect(sum(hour => hour.adaptive.loads)).toBeLessThan(0.85 * sum(hour => hour.fixed.loads))
    expect(sum(hour => hour.adaptive.stale) / sum(hour => hour.reads)).toBeLessThan(0.03)
  },
)
