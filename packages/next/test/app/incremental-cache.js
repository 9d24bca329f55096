import { createIncrementalCacheHandler } from '../../src/index.ts'

export default createIncrementalCacheHandler({ redis: process.env.REDIS_URL })
