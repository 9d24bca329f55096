import { once } from 'node:events'
import { connect } from 'node:net'

import { findBinary } from './binary.ts'
import { unpackDebian } from './debian.ts'
import { startContainer } from './docker.ts'
import { type RedisServer, startRedis } from './server.ts'

/** A Redis to work with. `server` is there when it is a process of our own, which a test may pause or kill. */
export interface FoundRedis {
  readonly url: string
  /** Where it came from, in a word or two. */
  readonly from: string
  readonly server?: RedisServer
  /** Ends what was started for us; leaves alone what was there before. */
  readonly stop: () => Promise<void>
}

/**
 * Finds a Redis or starts one, in this order: `REDIS_URL`; a `redis-server` or `valkey-server` on this machine, on a
 * free port; a container, when Docker answers; the distribution's package, unpacked into the project's own folder.
 * Rejects with the list of choices when none will do. `log` hears of slow steps; silent unless given.
 */
export async function findRedis(options: { log?: (line: string) => void } = {}): Promise<FoundRedis> {
  const url = process.env['REDIS_URL']
  if (url) return given(url)
  const bin = await findBinary()
  if (bin !== undefined) return started(bin)
  const noDocker = await attempt(startContainer)
  if (!(noDocker instanceof Error)) return { ...noDocker, from: 'docker' }
  const unpacked = await attempt(() => unpackDebian(options.log ?? (() => {})))
  if (!(unpacked instanceof Error)) return started(unpacked)
  throw new Error(`A Redis is needed and none was found. Any one of these will do:
  - set REDIS_URL=redis://host:port (keys are written there)
  - install one: apt-get install redis-server, or brew install redis, or set REDIS_SERVER_BIN=/path/to/redis-server
  - start Docker (tried: ${noDocker.message})
  - on Debian and Ubuntu: let apt-get reach its mirror, the rest is done here (tried: ${unpacked.message})`)
}

async function given(url: string): Promise<FoundRedis> {
  const { hostname, port } = new URL(url)
  const where = `${hostname || '127.0.0.1'}:${port || 6379}`
  const socket = connect(Number(port || 6379), hostname.replace(/^\[|\]$/g, '') || '127.0.0.1')
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(5000) })
  } catch (cause) {
    throw new Error(`REDIS_URL points to ${where}, where nothing answers. Start it, or unset REDIS_URL.`, {
      cause,
    })
  } finally {
    socket.destroy()
  }
  return { url, from: 'REDIS_URL', stop: () => Promise.resolve() }
}

async function started(bin: string): Promise<FoundRedis> {
  const server = await startRedis([], { bin })
  return {
    url: server.url,
    from: bin.includes('/.redis/') ? '.redis/redis-server' : bin,
    server,
    stop: server.stop,
  }
}

function attempt<T>(make: () => Promise<T>): Promise<T | Error> {
  return make().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
}
