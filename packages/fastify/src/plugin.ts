import type { Cache } from '@tiercache/core'
import { type InvalidatesOptions, responseCache, type ResponseCacheOptions } from '@tiercache/http'
import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { cachedHandler, record } from './cached-handler.ts'
import { invalidates } from './invalidates.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The cache of this scope, as it was given to the plugin. */
    tiercache: Cache
  }
  interface FastifyContextConfig {
    /** Answers the route from the cache, and stores what its handler answers. */
    cache?: ResponseCacheOptions<FastifyRequest>
    /** What the route invalidates after success, before the client is told. */
    invalidates?: InvalidatesOptions<FastifyRequest>
  }
}

/** Options of the plugin. */
export interface TiercacheOptions {
  readonly cache: Cache
}

/**
 * Reads `config.cache` and `config.invalidates` of the routes declared after it: `await fastify.register(tiercache, { cache })`. Not
 * encapsulated; registered again within a scope, it gives that scope another cache. Declaring a route throws `CacheError` where its options
 * are not valid; trouble in the cache never reaches a request.
 */
export const tiercache: FastifyPluginCallback<TiercacheOptions> = fastifyPlugin(register, {
  name: '@tiercache/fastify',
  fastify: '5.x',
})

function register(...[fastify, { cache }, done]: Parameters<FastifyPluginCallback<TiercacheOptions>>): void {
  fastify.decorate('tiercache', cache)
  fastify.addHook('onRoute', function (route) {
    // A scope within this one may have a cache of its own, whose hook comes after this one.
    if (this.tiercache !== cache) return
    const { cache: options, invalidates: written } = route.config ?? {}
    if (options !== undefined) route.handler = cachedHandler(responseCache(cache, options), route.handler)
    if (written !== undefined) route.onSend = [invalidates(cache, written), route.onSend ?? []].flat()
  })
  fastify.addHook('onSend', record)
  done()
}
