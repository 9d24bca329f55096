import { type HttpBindings, serve } from '@hono/node-server'
import { type Cache, createCache } from '@tiercache/core'
import { listening } from '@tiercache/http/testing'
import { Hono } from 'hono'
import { onTestFinished } from 'vitest'

/** An application on Node that is listening, and a cache of this process. */
export async function appWith(
  declare: (app: Hono<{ Bindings: HttpBindings }>, cache: Cache) => unknown,
): Promise<Served> {
  const cache = createCache({})
  const app = new Hono<{ Bindings: HttpBindings }>()
  declare(app, cache)
  const { origin, close } = await listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }))
  onTestFinished(close)
  return {
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

interface Served {
  readonly cache: Cache
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Answer>
}

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
