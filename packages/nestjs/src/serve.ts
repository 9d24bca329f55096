import { type ResponseCache, serveNode } from '@tiercache/http'
import { type Exchange, isFastify, viewOf } from './platform.ts'
import { hideQuery } from './hide-query.ts'

/** What is done to Fastify's reply. */
interface FastifyReplyLike {
  hijack(): unknown
  getHeaders(): Record<string, number | string | string[] | undefined>
}

/**
 * Serves a request from the cache, or by `run`. Resolves with whether `run` was called; if not the response has been sent, and what Nest
 * still does to it goes nowhere.
 */
export async function serve(
  responses: ResponseCache<object>,
  exchange: Exchange,
  run: () => void,
): Promise<boolean> {
  const { request, response } = exchange
  const fastify = isFastify(exchange)
  // Where they were set before the handler they are no part of its response.
  if (fastify) shareFields(exchange)
  const url = request.url ?? '/'
  let ran = false
  await serveNode(responses, viewOf(exchange), { request, response }, () => {
    ran = true
    if (fastify) hideQuery(exchange, url)
    run()
  })
  if (!ran) silence(exchange)
  return ran
}

function shareFields({ reply, response }: Exchange): void {
  if (response.headersSent) return
  for (const [name, value] of Object.entries((reply as FastifyReplyLike).getHeaders()))
    if (value !== undefined) response.setHeader(name, value)
}

const SENDERS = ['send', 'json', 'end', 'redirect', 'render']

function silence(exchange: Exchange): void {
  const { reply } = exchange
  if (isFastify(exchange)) (reply as FastifyReplyLike).hijack()
  const nothing = { value: () => reply, configurable: true, writable: true }
  for (const name of SENDERS) if (name in reply) Object.defineProperty(reply, name, nothing)
}
