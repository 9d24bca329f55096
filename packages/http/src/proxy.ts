import * as http from 'node:http'
import * as https from 'node:https'
import type { Cache, Duration } from '@tiercache/core'
import { optionError, parseDurationOrZero } from '@tiercache/core/options'
import { fieldOf, tokensOf } from './headers.ts'
import { viewOfNode } from './node/node-view.ts'
import { serveNode } from './node/serve-node.ts'
import type { ResponseCacheOptions } from './options.ts'
import { responseCache } from './response-cache.ts'

/** Options of a proxy with a cache. */
export interface ProxyOptions extends ResponseCacheOptions<http.IncomingMessage> {
  /** Where requests go: `'http://127.0.0.1:8080'`. */
  readonly origin: string
  /** How long the origin may be silent; then 504. Default `'30s'`. */
  readonly timeout?: Duration
}

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]

/**
 * A shared cache in front of an origin (RFC 9111), as a listener of `node:http`: `createServer(cachedProxy(cache, { origin }))`. `ttl` is
 * `'headers'` unless given. An origin that cannot be reached is 502, unless a stale response may stand in. Throws `CacheError` for bad options.
 */
export function cachedProxy(cache: Cache, options: ProxyOptions): http.RequestListener {
  const { origin, timeout = '30s', ...rest } = options
  const target = URL.parse(origin)
  if (target === null || !/^https?:$/.test(target.protocol))
    throw optionError('origin', origin, "must be an address such as 'http://127.0.0.1:8080'")
  const timeoutMs = parseDurationOrZero(timeout, 'timeout')
  const responses = responseCache<http.IncomingMessage>(cache, { ttl: 'headers', ...rest })
  const client = target.protocol === 'https:' ? https : http
  const agent = new client.Agent({ keepAlive: true })
  return (request, response) => {
    const view = viewOfNode(request, { native: request })
    const forward = (): void => {
      const { method, url, headers: fields } = request
      const headers = forwardedFields(fields, view.host, view.scheme)
      const outgoing = client.request(target, { agent, method, path: url, headers, timeout: timeoutMs })
      const fail = (status: number): void => {
        if (response.headersSent) response.destroy()
        else
          response.writeHead(status, { 'content-type': 'text/plain' }).end(`${http.STATUS_CODES[status]}\n`)
      }
      outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')))
      outgoing.on('error', error => fail(error.message === 'timeout' ? 504 : 502))
      outgoing.on('response', incoming => {
        response.writeHead(incoming.statusCode ?? 502, answeredFields(incoming.headers))
        incoming.on('error', () => response.destroy())
        incoming.on('aborted', () => response.destroy())
        incoming.pipe(response)
      })
      response.once('close', () => outgoing.destroy())
      request.pipe(outgoing)
    }
    serveNode(responses, view, { request, response }, forward).catch(() => response.destroy())
  }
}

function forwardedFields(
  fields: http.IncomingHttpHeaders,
  host: string,
  scheme: string,
): http.OutgoingHttpHeaders {
  const { host: _, ...kept } = answeredFields(fields)
  return {
    ...kept,
    'x-forwarded-host': host,
    'x-forwarded-proto': scheme,
    via: [kept['via'], '1.1 tiercache'].flat().filter(Boolean).join(', '),
  }
}

function answeredFields(fields: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  const drop = new Set([...HOP_BY_HOP, ...tokensOf(fieldOf(fields, 'connection'))])
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !drop.has(name)))
}
