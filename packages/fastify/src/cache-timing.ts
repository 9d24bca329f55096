import { type ResponseTimes, responseTimes, type TimingOptions } from '@tiercache/http'
import type { FastifyPluginCallback, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

/** A plugin that measures, and what it measured. */
export type TimingPlugin = FastifyPluginCallback & Pick<ResponseTimes, 'stats'>

/**
 * Measures response times with and without a hit, by route:
 * `const timing = cacheTiming({ log }); await fastify.register(timing); timing.stats()`.
 */
export function cacheTiming(options?: TimingOptions): TimingPlugin {
  const times = responseTimes(options)
  const answered = new WeakMap<FastifyRequest, () => void>()
  const register: FastifyPluginCallback = (fastify, _, done) => {
    fastify.addHook('onRequest', (request, _reply, next) => {
      const { raw, method, originalUrl: path } = request
      const sent = times.start()
      answered.set(request, () =>
        sent({ source: raw, route: `${method} ${request.routeOptions.url ?? ''}`, path }),
      )
      next()
    })
    fastify.addHook('onResponse', (request, _reply, next) => {
      answered.get(request)?.()
      next()
    })
    done()
  }
  return Object.assign(fastifyPlugin(register, { name: '@tiercache/fastify/timing', fastify: '5.x' }), {
    stats: () => times.stats(),
  })
}
