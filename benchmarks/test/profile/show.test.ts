import { expect, test } from 'vitest'
import { showProfile } from '../../src/profile/show.ts'
import { steps } from '../../src/profile/steps.ts'

const ns = (median: number) => ({ median, q1: median, q3: median, n: 3 })

test('steps, shares and what Redis spends are tables of Markdown', () => {
  const text = showProfile({
    where: 'Measured here.',
    steps: [
      { name: 'the loop', ns: ns(2) },
      { name: 'Map.get', ns: ns(9) },
    ],
    hits: [
      {
        name: 'a hit',
        ns: 100,
        shares: [
          { where: 'lru-cache', share: 0.75 },
          { where: 'Node', share: 0.24 },
          { where: 'here', share: 0.01 },
        ],
      },
    ],
    redis: [{ operation: 'delete', instances: 8, cpuUs: 12.34, bytesOut: 640 }],
  })
  expect(text).toMatch(/\| Map.get +\| +9 \| +7 \|/)
  expect(text).toMatch(/\| a hit: 100 ns each +\| +share \|/)
  expect(text).toMatch(/\| lru-cache +\| +75.0 % \| +75 \|/)
  expect(text).toMatch(/\| the rest +\| +1.0 % \| +1 \|/)
  expect(text).toMatch(/\| delete +\| +8 \| +12.3 \| +640 \|/)
})

test('each step without Redis finds every value', async () => {
  for (const step of steps.filter(({ name }) => !name.includes('Redis')))
    expect(await (await step.make(''))(), step.name).toBe(65_536)
})
