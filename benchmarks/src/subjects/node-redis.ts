import { createClient } from 'redis'
import type { Setup, Subject } from './subject.ts'

/** node-redis with client-side caching: answers are kept in memory until Redis says that they changed. Values are JSON, as they are used. */
export async function openNodeRedis({
  tiers,
  redisUrl,
  namespace,
  maxEntries,
  load,
}: Setup): Promise<Subject> {
  const client = createClient({
    url: redisUrl,
    RESP: 3,
    ...(tiers === 'both' && { clientSideCache: { ttl: 0, maxEntries, evictPolicy: 'LRU' as const } }),
  })
  client.on('error', () => {})
  await client.connect()
  const keyOf = (key: string): string => `${namespace}:${key}`
  const get = async (key: string): Promise<unknown> => {
    const text = await client.get(keyOf(key))
    return text === null ? undefined : JSON.parse(text)
  }
  const set = (key: string, value: unknown): Promise<unknown> => client.set(keyOf(key), JSON.stringify(value))
  return {
    getOrSet: async key => {
      const found = await get(key)
      if (found !== undefined) return found
      const value = await load(key)
      await set(key, value)
      return value
    },
    get,
    getMany: async keys =>
      (await client.mGet(keys.map(keyOf))).map(text => (text === null ? undefined : JSON.parse(text))),
    set,
    setMany: entries =>
      client.mSet(entries.map(([key, value]): [string, string] => [keyOf(key), JSON.stringify(value)])),
    delete: key => client.del(keyOf(key)),
  }
}
