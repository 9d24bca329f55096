import type { IncomingMessage } from 'node:http'
import { replayOf } from './replay.ts'
import type { RequestView } from '../request-view.ts'

/** What a framework knows better than the bare request. */
export interface NodeViewOptions<Req> {
  /** What functions among the options are given. */
  readonly native: Req
  /** Path and query as received, where the framework took part of `url` away. Default: `url`. */
  readonly url?: string | undefined
  readonly scheme?: string | undefined
  readonly host?: string | undefined
  readonly trustsProxy?: boolean | undefined
  readonly user?: string | undefined
}

/** The view of a request of `node:http`, and of any framework over it. */
export function viewOfNode<Req>(message: IncomingMessage, options: NodeViewOptions<Req>): RequestView<Req> {
  const { headers, method = 'GET', socket } = message
  const authority = headers[':authority']
  return {
    method,
    scheme: options.scheme ?? ('encrypted' in socket && socket.encrypted === true ? 'https' : 'http'),
    host: options.host ?? headers.host ?? (typeof authority === 'string' ? authority : ''),
    url: options.url ?? message.url ?? '/',
    headers,
    hasBody: headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0',
    trustsProxy: options.trustsProxy ?? false,
    user: options.user,
    native: options.native,
    source: message,
    replay: replayOf(message),
  }
}

/** The user a request carries by the custom of authentication middleware: `user.id`, or `user.sub`. */
export function userOf(carrier: unknown): string | undefined {
  if (typeof carrier !== 'object' || carrier === null || !('user' in carrier)) return undefined
  const { user } = carrier
  if (typeof user !== 'object' || user === null) return undefined
  const { id, sub } = user as { readonly id?: unknown; readonly sub?: unknown }
  const name = id ?? sub
  return typeof name === 'string' || typeof name === 'number' ? String(name) : undefined
}
