import { Readable } from 'node:stream'
import {
  type Capture,
  type Lookup,
  ownFields,
  type Reply,
  type RequestView,
  type ResponseCache,
  type ResponseFields,
  snapshotOf,
  userOf,
  viewOfNode,
  withVary,
  tapped,
} from '@tiercache/http'
import type { FastifyReply, FastifyRequest, onSendHookHandler, RouteHandlerMethod } from 'fastify'
import { bytesOf, streamOf } from './payload.ts'
import { showOnly } from './show-only.ts'

/** A handler whose response is taken in. */
interface Exchange {
  readonly capture: Capture
  /** The fields that hooks had set before: they are neither stored nor judged. */
  readonly before: ResponseFields
  /** Gives the request back as it came. */
  readonly restore: () => void
}

const exchanges = new WeakMap<FastifyRequest, Exchange>()

/**
 * A handler in front of a route's own. It is the handler, and no hook, so that nobody is answered from the cache whom any `preHandler` of the
 * route, of its scope or of a plugin would have turned away.
 */
export function cachedHandler(
  responses: ResponseCache<FastifyRequest>,
  handler: RouteHandlerMethod,
): RouteHandlerMethod {
  const answer = (request: FastifyRequest, reply: FastifyReply, lookup: Lookup): unknown => {
    if (lookup.kind === 'reply') return sendReply(reply, lookup.reply)
    begin(request, reply, lookup)
    return handler.call(request.server, request, reply)
  }
  return (request, reply) => {
    const found = responses.lookup(viewOf(request))
    if (!(found instanceof Promise)) return answer(request, reply, found)
    return found.then(lookup => {
      const answered = answer(request, reply, lookup)
      // From a handler, nothing says that it sends by itself; from a promise, that there is nothing to send.
      return answered === undefined ? reply : answered
    })
  }
}

/** Takes in what a handler sends: an `onSend` hook, before those that change it. */
export const record: onSendHookHandler = (request, reply, payload, done): void | Promise<unknown> => {
  const exchange = exchanges.get(request)
  if (exchange === undefined) return done()
  // An error on the way sends a second time.
  exchanges.delete(request)
  // A promise, and no call of `done` behind one: what Fastify throws at the payload is then Fastify's to catch.
  return recorded(reply, exchange, payload)
}

function begin(
  request: FastifyRequest,
  reply: FastifyReply,
  { capture, exposed, fields }: Extract<Lookup, { kind: 'run' }>,
): void {
  setFields(reply, fields)
  if (capture === undefined) return
  const restore = exposed === undefined ? () => {} : showOnly(request, exposed)
  if (restore === undefined) capture.abort()
  else exchanges.set(request, { capture, before: snapshotOf(reply.getHeaders()), restore })
  reply.raw.once('close', () => capture.abort())
}

async function recorded(
  reply: FastifyReply,
  { capture, before, restore }: Exchange,
  sent: unknown,
): Promise<unknown> {
  const payload = sent instanceof Response && !sent.bodyUsed ? opened(reply, sent) : sent
  const bytes = bytesOf(payload)
  const own = ownFields(reply.getHeaders(), before)
  const step =
    bytes === undefined ? capture.head(reply.statusCode, own) : capture.whole(reply.statusCode, own, bytes)
  const stream = bytes === undefined ? streamOf(payload) : undefined
  if (stream === undefined) {
    restore()
    if (bytes === undefined) capture.abort()
  }
  if (step.kind === 'replace') {
    stream?.destroy()
    return replaced(reply, before, step.reply)
  }
  setFields(reply, step.fields)
  await step.wait
  // What it still reads of the request while it is sent is not in the key either.
  return stream === undefined ? payload : tapped(stream, capture, restore)
}

/** A response of the web standard as Fastify would send it. */
function opened(reply: FastifyReply, response: Response): unknown {
  reply.code(response.status)
  for (const [name, value] of response.headers) reply.header(name, value)
  return response.body
}

function replaced(reply: FastifyReply, before: ResponseFields, stored: Reply): Buffer | null {
  for (const name of Object.keys(reply.getHeaders())) if (!(name in before)) reply.removeHeader(name)
  for (const [name, value] of Object.entries(before))
    if (name !== 'set-cookie' && value !== undefined) reply.header(name, value)
  setHead(reply, stored)
  return stored.body ?? null
}

function sendReply(reply: FastifyReply, stored: Reply): void {
  setHead(reply, stored)
  const { status, body } = stored
  // For HEAD: of an empty stream Fastify makes no Content-Length of its own.
  reply.send(body === undefined && status !== 304 ? Readable.from([]) : body)
}

function setHead(reply: FastifyReply, stored: Reply): void {
  reply.code(stored.status).headers(withVary(stored, reply.getHeader('vary')))
}

function setFields(reply: FastifyReply, fields: readonly string[]): void {
  for (let i = 0; i < fields.length; i += 2) {
    const [name = '', value = ''] = [fields[i], fields[i + 1]]
    const before = name === 'Cache-Status' ? reply.getHeader(name) : undefined
    reply.header(name, before === undefined ? value : `${String(before)}, ${value}`)
  }
}

/** Where Fastify says another host or scheme than the connection, it has them from a proxy that it trusts. */
function viewOf(request: FastifyRequest): RequestView<FastifyRequest> {
  const { raw, host, protocol: scheme } = request
  const named = raw.headers.host ?? raw.headers[':authority'] ?? ''
  const trustsProxy = host !== named || (scheme === 'https') !== 'encrypted' in raw.socket
  return viewOfNode(raw, { native: request, scheme, host, trustsProxy, user: userOf(request) })
}
