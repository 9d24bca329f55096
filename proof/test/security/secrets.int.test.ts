import { expect, test } from 'vitest'
import { leaks } from '../../src/security/secrets.ts'

test(
  'no password and no key is in anything that is said while everything fails',
  { timeout: 120_000 },
  async () => {
    const { rows } = await leaks(false, () => {})
    expect(rows.flatMap(({ hits }) => hits)).toEqual([])
    for (const { characters } of rows) expect(characters).toBeGreaterThan(1000)
  },
)
