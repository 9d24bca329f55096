import { expect, test } from 'vitest'
import { capacities } from '../../src/profile/capacity.ts'
import type { RedisCost } from '../../src/profile/redis-cost.ts'

const cost = (operation: string, cpuUs: number, instances = 1, bytesOut = 0): RedisCost => {
  return { operation, cpuUs, instances, bytesOut }
}
const costs = [
  cost('hit in Redis, 1 KB', 6),
  cost('miss, load and fill', 60),
  ...[1, 2, 4, 8].map(n => cost('delete', 20 + 2 * n, n, 50 + 100 * n)),
  cost('an idle second of an instance', 1000, 8),
]

test('what is left of a core beside idling instances goes to one kind of operation', () => {
  const [small, large] = capacities(costs, [10, 100])
  expect(small).toMatchObject({ instances: 10, idleShare: 0.01 })
  expect(small?.hits).toBeCloseTo(0.59e6 / 6)
  expect(small?.loads).toBeCloseTo(0.59e6 / 60)
  expect(small?.invalidations).toBeCloseTo(0.59e6 / 40)
  expect(small?.bytesEach).toBeCloseTo(1050)
  expect(large?.invalidations).toBeCloseTo(0.5e6 / 220)
})

test('a fleet that takes all of it by idling leaves nothing', () => {
  expect(capacities(costs, [1000])[0]).toMatchObject({ hits: 0, invalidations: 0 })
})

test('what was not measured is not calculated', () => {
  expect(capacities([], [10])[0]?.hits).toBeNaN()
})
