import { ask, until } from './ask.ts'
import { type RedisServer, startRedis } from './server.ts'

/** A master and its replica, watched by sentinels under the name `name`. */
export interface RedisSentinel {
  readonly name: string
  readonly master: RedisServer
  readonly replica: RedisServer
  readonly sentinels: readonly RedisServer[]
  readonly stop: () => Promise<void>
}

/** For a server whose replicas get its data at once, not after five seconds. */
export const AT_ONCE: readonly string[] = ['--repl-diskless-sync-delay', '0']

/** Starts a master, a replica and `count` sentinels, and resolves when they know each other: about two seconds. */
export async function startSentinel(count = 3): Promise<RedisSentinel> {
  const name = 'm'
  const servers: RedisServer[] = []
  const start = async (...args: Parameters<typeof startRedis>): Promise<RedisServer> => {
    const server = await startRedis(...args)
    servers.push(server)
    return server
  }
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map(server => server.stop()))
  }
  try {
    const master = await start(AT_ONCE)
    const replica = await start([...AT_ONCE, '--replicaof', '127.0.0.1', `${master.port}`])
    const sentinels: RedisServer[] = []
    const files = { 'sentinel.conf': watching(name, master.port, Math.floor(count / 2) + 1) }
    for (let i = 0; i < count; i++) {
      sentinels.push(await start(['--sentinel'], { config: 'sentinel.conf', files }))
    }
    await until(15_000, 'the sentinels to meet', async () => {
      const states = await Promise.all(sentinels.map(sentinel => ask(sentinel.port, 'INFO sentinel')))
      return states.every(
        state => state.includes('status=ok') && state.includes(`slaves=1,sentinels=${count}`),
      )
    })
    return { name, master, replica, sentinels, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

// Sentinels ask once a second, or as often as this where it is less: then an answer is always nearly too late, and they go to and fro.
function watching(name: string, port: number, quorum: number): string {
  return `sentinel monitor ${name} 127.0.0.1 ${port} ${quorum}
sentinel down-after-milliseconds ${name} 1500
sentinel failover-timeout ${name} 3000
`
}
