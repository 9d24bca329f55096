import type { IncomingMessage, ServerResponse } from 'node:http'
import { type RequestView, userOf, viewOfNode } from '@tiercache/http'
import type { ExecutionContext } from '@nestjs/common'

/** A request and its response, as Nest's platform has them and as Node has them. */
export interface Exchange {
  /** What the application's own code gets: Express's request or Fastify's. */
  readonly native: object
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly reply: object
}

/** What is read of the requests and responses of both platforms. */
interface Platform {
  readonly raw?: unknown
  readonly originalUrl?: string
  readonly host?: string
  readonly protocol?: string
  readonly route?: { readonly path?: unknown }
  readonly routeOptions?: { readonly url?: string }
  readonly app?: { get?(setting: string): unknown }
}

/** The exchange of a handler; `undefined` for what is no HTTP. */
export function exchangeOf(context: ExecutionContext): Exchange | undefined {
  if (context.getType() !== 'http') return undefined
  const http = context.switchToHttp()
  const native = http.getRequest<object>()
  const reply = http.getResponse<object>()
  return {
    native,
    reply,
    request: ((native as Platform).raw ?? native) as IncomingMessage,
    response: ((reply as Platform).raw ?? reply) as ServerResponse,
  }
}

/** Whether the platform is Fastify, whose requests and responses stand in front of Node's. */
export function isFastify({ native, request }: Exchange): boolean {
  return native !== request
}

/** A request as the engine sees it: host and scheme are what a proxy says where the platform trusts it. */
export function viewOf(exchange: Exchange): RequestView<object> {
  const { native, request } = exchange
  const { host, protocol: scheme } = native as Platform
  const trustsProxy = isFastify(exchange) ? !isBare(exchange) : trusts(native, request)
  return viewOfNode(request, {
    native,
    url: pathOf(exchange),
    scheme: trustsProxy ? scheme : undefined,
    host: trustsProxy ? host : undefined,
    trustsProxy,
    user: userOf(native),
  })
}

/** The pattern of the route that answers: `GET /users/:id`. */
export function routeOf({ native, request }: Exchange): string {
  const { route, routeOptions } = native as Platform
  const pattern = routeOptions?.url ?? route?.path
  return `${request.method} ${typeof pattern === 'string' ? pattern : ''}`
}

/** The path and query as they came. Not asked of Fastify's request, which would remember it. */
export function pathOf({ request }: Exchange): string {
  return (request as Platform).originalUrl ?? request.url ?? '/'
}

function trusts(native: object, request: IncomingMessage): boolean {
  const trusted = (native as Platform).app?.get?.('trust proxy fn')
  return typeof trusted === 'function' && trusted(request.socket.remoteAddress, 0) === true
}

/** Whether host and scheme of Fastify's request are those of the connection. */
function isBare({ native, request }: Exchange): boolean {
  const { host, protocol } = native as Platform
  const named = request.headers.host ?? request.headers[':authority'] ?? ''
  return host === named && (protocol === 'https') === 'encrypted' in request.socket
}
