import { cacheHealth } from '../../../../../src/index.ts'
import { cache } from '../../../cache.js'

export const GET = cacheHealth(cache)
