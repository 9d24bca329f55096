import { findRedis, startRedis } from '@tiercache/redis-server'

/** The Redis of this run. */
export interface DemoRedis {
  readonly url: string
  /** Where it came from and where it is, without credentials. */
  readonly shown: string
  /** Whether the demo started the server itself. Only then may it be killed. */
  readonly owned: boolean
  /** Kills the server as a crash would; what it held is lost. */
  crash(): Promise<void>
  /** Starts an empty server on the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Finds or starts a Redis. @throws where there is none to be had; the message says what to do. */
export async function openRedis(log: (line: string) => void): Promise<DemoRedis> {
  const found = await findRedis({ log })
  let { server } = found
  const { host } = new URL(found.url)
  return {
    url: found.url,
    shown: `${found.from.split('/').pop() ?? found.from} at ${host}`,
    owned: server !== undefined,
    async crash() {
      if (!server) throw new Error('this Redis is not ours to kill')
      process.kill(server.pid, 'SIGKILL')
      await server.stop()
    },
    async restart() {
      if (!server) throw new Error('this Redis is not ours to start')
      server = await startRedis([], { port: server.port })
    },
    async stop() {
      await server?.stop()
      await found.stop()
    },
  }
}
