import { type ResponseTimes, responseTimes, type TimingOptions } from '@tiercache/http'
import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { sourceOf, viewOf } from './view.ts'

/** A middleware that measures, and what it measured. */
export type TimingMiddleware = MiddlewareHandler & Pick<ResponseTimes, 'stats'>

/**
 * Measures response times with and without a hit, by route: `const timing = cacheTiming({ log }); app.use(timing); timing.stats()`.
 * On Node until the response has been sent, elsewhere until the handlers have returned.
 */
export function cacheTiming(options?: TimingOptions): TimingMiddleware {
  const times = responseTimes(options)
  const middleware: MiddlewareHandler = async (c, next) => {
    const sent = times.start()
    const { method, url: path } = viewOf(c)
    const source = sourceOf(c)
    const done = (): void => sent({ source, route: `${method} ${matchedRoutes(c).at(-1)?.path ?? ''}`, path })
    const { outgoing } = (c.env ?? {}) as { readonly outgoing?: NodeJS.EventEmitter }
    outgoing?.once('finish', done)
    await next()
    if (outgoing === undefined) done()
  }
  return Object.assign(middleware, { stats: () => times.stats() })
}
