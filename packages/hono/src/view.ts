import { IncomingMessage } from 'node:http'
import { type RequestView, userOf, viewOfFetch, viewOfNode } from '@tiercache/http'
import type { Context, Env } from 'hono'

/** The request of a context: as Node received it, unless middleware has put another in its place. */
export function viewOf<E extends Env>(c: Context<E>): RequestView<Context<E>> {
  const { raw } = c.req
  const incoming = incomingOf(c)
  const user = userOf({ user: variable(c, 'user') ?? variable(c, 'jwtPayload') })
  if (incoming === undefined || !isReceived(raw, incoming))
    return viewOfFetch(raw, { native: c, user, source: sourceOf(c) })
  return viewOfNode(incoming, { native: c, user })
}

/** One object per exchange, whichever request a middleware sees. */
export function sourceOf(c: Context): object {
  return incomingOf(c) ?? c.req.raw
}

/** What `@hono/node-server` has given to the context. */
export function incomingOf(c: Context): IncomingMessage | undefined {
  const { incoming } = (c.env ?? {}) as { readonly incoming?: unknown }
  return incoming instanceof IncomingMessage ? incoming : undefined
}

/** Whether a request is what the server has made of a message; its URL may be spelled otherwise. */
function isReceived(request: Request, { method, url = '/' }: IncomingMessage): boolean {
  if (Object.getPrototypeOf(request) === Request.prototype || request.method !== method) return false
  return request.url.endsWith(url) || URL.parse(url, request.url)?.href === request.url
}

function variable<E extends Env>(c: Context<E>, name: string): unknown {
  return (c as Context).get(name)
}
