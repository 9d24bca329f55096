import type { Capture } from '../capture.ts'
import { type HeaderMap, mapOf } from '../headers.ts'
import type { Reply } from '../reply.ts'
import type { Exposed, RequestView } from '../request-view.ts'
import type { ResponseCache } from '../response-cache.ts'
import { tap } from './tap.ts'

/**
 * Serves a request from a cache, or by `run`, which gets what its handler is to see of the request, where the response may be stored.
 * Resolves with a `Response` of its own, or the one that `respond` makes of a reply of the cache. Rejects with what `run` and `respond`
 * throw, and where the body of a response was read already, for no other reason.
 */
export async function serveFetch<Req>(
  cache: ResponseCache<Req>,
  view: RequestView<Req>,
  run: (exposed: Exposed | undefined) => Response | Promise<Response>,
  respond: (reply: Reply) => Response = responseOf,
): Promise<Response> {
  const found = cache.lookup(view)
  const lookup = found instanceof Promise ? await found : found
  if (lookup.kind === 'reply') return respond(lookup.reply)
  const { capture } = lookup
  let response: Response
  try {
    response = await run(lookup.exposed)
  } catch (error) {
    // A failure that has no response yet: where a stale one may stand in, it does.
    const step = capture?.head(500, {})
    if (step?.kind === 'replace') return respond(step.reply)
    throw error
  }
  if (capture === undefined) return withFields(response, response.body, lookup.fields)
  try {
    return await captured(response, capture, lookup.fields, respond)
  } catch (error) {
    capture.abort()
    throw error
  }
}

async function captured(
  response: Response,
  capture: Capture,
  fields: readonly string[],
  respond: (reply: Reply) => Response,
): Promise<Response> {
  const step = capture.head(response.status, fieldsOf(response))
  if (step.kind === 'replace') {
    await response.body?.cancel()
    return respond(step.reply)
  }
  await step.wait
  const added = [...fields, ...step.fields]
  if (response.body === null) {
    await capture.end()
    return withFields(response, null, added)
  }
  return withFields(response, response.body.pipeThrough(tap(capture)), added)
}

/** A reply as a `Response`. A server may write one of bytes and plain fields as it is; what has lists it reads as a stream. */
function responseOf({ status, headers, byName, body }: Reply): Response {
  // Whoever reads it is given a copy.
  const bytes = (body ?? null) as Uint8Array<ArrayBuffer> | null
  const isPlain = Object.values(byName).every(value => typeof value === 'string')
  return new Response(bytes, {
    status,
    headers: isPlain ? (byName as Record<string, string>) : pairsOf(headers),
  })
}

function pairsOf(flat: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([flat[i] ?? '', flat[i + 1] ?? ''])
  return pairs
}

function fieldsOf(response: Response): HeaderMap {
  const cookies = response.headers.getSetCookie()
  const map = mapOf([...response.headers].filter(([name]) => name !== 'set-cookie').flat())
  return cookies.length === 0 ? map : { ...map, 'set-cookie': cookies }
}

function withFields(
  response: Response,
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  fields: readonly string[],
): Response {
  if (fields.length === 0 && body === response.body) return response
  const headers = new Headers(response.headers)
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? ''
    if (name === 'Cache-Status') headers.append(name, fields[i + 1] ?? '')
    else headers.set(name, fields[i + 1] ?? '')
  }
  return new Response(body, { status: response.status, statusText: response.statusText, headers })
}
