import { expect, test } from 'vitest'
import { Entry, freshness } from '../../src/entry.ts'

const life = { bornAt: 0, freshUntil: 100, staleUntil: 150 }

test.each([
  [0, 'fresh'],
  [99, 'fresh'],
  [100, 'stale'],
  [149, 'stale'],
  [150, 'expired'],
])('at %d of 100 ms fresh and 50 ms of grace a value is %s', (now, state) => {
  expect(freshness(life, now)).toBe(state)
})

test('without grace a value is never stale', () => {
  const none = { ...life, staleUntil: 100 }
  expect([99, 100, 101].map(now => freshness(none, now))).toStrictEqual(['fresh', 'expired', 'expired'])
})

test('an entry is due at the end of its freshness, and checked as of the generation it was made in', () => {
  const trust = { trustedUntil: 0, generation: 7 }
  const entry = new Entry('v', life, 3, 2, ['t'], 10, trust)
  expect(entry).toMatchObject({
    ...life,
    value: 'v',
    until: 100,
    s0: 3,
    born: 2,
    checked: 7,
    local: false,
    tags: ['t'],
  })
})
