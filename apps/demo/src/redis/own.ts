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
  /** Stops the server where it is, as a machine that hangs would: connections stay open and nothing answers. */
  freeze(): void
  thaw(): void
  /** Starts an empty server on the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Finds or starts a Redis. @throws where there is none to be had; the message says what to do. */
export async function openRedis(log: (line: string) => void): Promise<DemoRedis> {
  const found = await findRedis({ log })
  let { server } = found
  const { host } = new URL(found.url)
  const signal = (name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void => {
    if (!server) throw new Error('this Redis is not ours to stop')
    process.kill(server.pid, name)
  }
  return {
    url: found.url,
    shown: `${found.from.split('/').pop() ?? found.from} at ${host}`,
    owned: server !== undefined,
    async crash() {
      signal('SIGKILL')
      await server?.stop()
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
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
