import { createCache } from '@tiercache/core'

const isBuilding = process.env.NEXT_PHASE === 'phase-production-build'

export const cache = createCache({
  redis: isBuilding ? undefined : process.env.REDIS_URL,
  namespace: 'routes',
})
