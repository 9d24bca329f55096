import { type ResponseTimes, responseTimes, type TimingOptions } from '@tiercache/http'
import type { RequestHandler } from 'express'

/** A middleware that measures, and what it measured. */
export type TimingMiddleware = RequestHandler & Pick<ResponseTimes, 'stats'>

/** Measures response times with and without a hit, by route: `const timing = cacheTiming({ log }); app.use(timing); timing.stats()`. */
export function cacheTiming(options?: TimingOptions): TimingMiddleware {
  const times = responseTimes(options)
  const middleware: RequestHandler = (request, response, next) => {
    const sent = times.start()
    const { originalUrl: path } = request
    response.once('finish', () => {
      const pattern: unknown = request.route?.path
      const route = `${request.method} ${request.baseUrl}${typeof pattern === 'string' ? pattern : ''}`
      sent({ source: request, route, path })
    })
    next()
  }
  return Object.assign(middleware, { stats: () => times.stats() })
}
