import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import type { TimingStats } from '../timing/route-times.ts'
import type { TestServer } from './app.ts'

/**
 * A server that was told to listen on 127.0.0.1, as `start` returns it, once it does. `timing` is the timing middleware on it, where there
 * is one. Rejects with what keeps it from listening.
 */
export async function listening(
  server: Server & { closeAllConnections?(): void },
  timing?: { stats(): TimingStats },
): Promise<TestServer> {
  if (!server.listening) await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...(timing !== undefined && { timing: () => timing.stats() }),
    close: async () => {
      server.close()
      server.closeAllConnections?.()
      await once(server, 'close')
    },
  }
}
