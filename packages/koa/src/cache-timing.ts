import { type ResponseTimes, responseTimes, type TimingOptions } from '@tiercache/http'
import type { Middleware } from 'koa'

/** A middleware that measures, and what it measured. */
export type TimingMiddleware = Middleware & Pick<ResponseTimes, 'stats'>

/**
 * Measures response times with and without a hit, by the routes of `@koa/router`:
 * `const timing = cacheTiming({ log }); app.use(timing); timing.stats()`.
 */
export function cacheTiming(options?: TimingOptions): TimingMiddleware {
  const times = responseTimes(options)
  const middleware: Middleware = (ctx, next) => {
    const sent = times.start()
    const { req, method, originalUrl: path } = ctx
    ctx.res.once('finish', () => {
      const pattern: unknown = ctx['_matchedRoute']
      sent({
        source: req,
        route: `${method} ${typeof pattern === 'string' || pattern instanceof RegExp ? pattern : ''}`,
        path,
      })
    })
    return next()
  }
  return Object.assign(middleware, { stats: () => times.stats() })
}
