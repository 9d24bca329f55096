import { bulkTests } from './cache-bulk.ts'
import { invalidationTests } from './cache-invalidations.ts'
import { lifeTests } from './cache-lives.ts'
import { loadTests } from './cache-loads.ts'
import { valueTests } from './cache-values.ts'
import { type CacheMaker, cacheTest } from './cache-world.ts'
import type { TestFunction } from './store-world.ts'

/**
 * Asserts what a user of a cache is promised, whatever its tiers: values, loads, invalidations, bulk, lifetimes. Nothing here
 * waits for time to pass. Hand it any `test` function and a maker that puts the tiers under test into the options.
 */
export function cacheConformance(test: TestFunction, make: CacheMaker): void {
  const check = cacheTest(test, make)
  valueTests(check)
  loadTests(check)
  invalidationTests(check)
  bulkTests(check)
  lifeTests(check)
}
