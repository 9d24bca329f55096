import { type Cache, createCache } from '@tiercache/core'
import { fastify, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { tiercache } from '../../src/index.ts'

/** An instance with the plugin, over a cache of this process. */
export async function appWith(
  options: FastifyServerOptions = {},
): Promise<{ app: FastifyInstance; cache: Cache }> {
  const cache = createCache({})
  const app = fastify(options)
  await app.register(tiercache, { cache })
  return { app, cache }
}

/** A function that counts how often it was called. */
export function counter(): () => number {
  let calls = 0
  return () => ++calls
}
