import { type Cache, createCache } from '@tiercache/core'
import { listening } from '@tiercache/http/testing'
import Koa from 'koa'
import { onTestFinished } from 'vitest'

/** An application that is listening, and a cache of this process. */
export async function appWith(
  ...middlewares: ((cache: Cache) => Koa.Middleware)[]
): Promise<{ app: Koa; cache: Cache; get: Get }> {
  const cache = createCache({})
  const app = new Koa()
  app.silent = true
  for (const middleware of middlewares) app.use(middleware(cache))
  const { origin, close } = await listening(app.listen(0, '127.0.0.1'))
  onTestFinished(close)
  return {
    app,
    cache,
    get: async (path, headers = {}) => {
      const response = await fetch(origin + path, { headers })
      return {
        status: response.status,
        headers: response.headers,
        body: await response.text(),
        outcome: response.headers.get('x-cache'),
      }
    },
  }
}

type Get = (path: string, headers?: Record<string, string>) => Promise<Answer>

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  readonly outcome: string | null
}

/** A function that counts how often it was called. */
export function counter(): () => number {
  let calls = 0
  return () => ++calls
}
