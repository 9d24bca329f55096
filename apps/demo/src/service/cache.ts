import { createCache, type Cache } from '@tiercache/core'
import type { InstanceConfig } from '../protocol.ts'

/** The cache of one instance. Lifetimes are by the key's first segment; a write drops what it changed long before them. */
export function openCache(config: InstanceConfig): Cache {
  return createCache({
    namespace: config.namespace,
    redis: config.redisUrl,
    memory: { maxEntries: 10_000, maxBytes: '64mb' },
    maxStaleness: config.maxStalenessMs,
    types: { city: '7d', user: '24h', job: '2h', overview: '1h', applications: '30m', search: '5m' },
    negativeTtl: '30s',
  })
}
