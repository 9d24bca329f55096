import { Redis } from 'ioredis'

/** What the server says of itself; `undefined` while it does not answer. */
export interface RedisFacts {
  readonly version: string
  readonly keys: number
  readonly memory: string
  readonly commandsPerSecond: number
}

/** A connection of the demo's own to look at Redis, beside those of the caches. */
export interface RedisProbe {
  facts(): Promise<RedisFacts | undefined>
  /** Deletes every key of a namespace. For a server that outlives the demo. */
  removeKeys(namespace: string): Promise<void>
  close(): void
}

export function openProbe(url: string): RedisProbe {
  const client = new Redis(url, {
    commandTimeout: 500,
    connectTimeout: 1000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => 200,
  })
  client.on('error', () => {}) // an outage is part of the show: facts() says `undefined`
  return {
    async facts() {
      try {
        return factsOf(await client.info(), await client.dbsize())
      } catch {
        return undefined
      }
    },
    async removeKeys(namespace) {
      for await (const keys of client.scanStream({ match: `*${namespace}*`, count: 500 }) as AsyncIterable<
        string[]
      >)
        if (keys.length > 0) await client.unlink(...keys)
    },
    close: () => client.disconnect(),
  }
}

function factsOf(info: string, keys: number): RedisFacts {
  const field = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
  return {
    version: field('redis_version'),
    keys,
    memory: field('used_memory_human'),
    commandsPerSecond: Number(field('instantaneous_ops_per_sec')),
  }
}
