import { createCacheHandler } from '../../src/index.ts'

export default createCacheHandler({ redis: process.env.REDIS_URL })
