import fresh from 'fresh'
import { byNameOf, fieldOf, type HeaderMap } from './headers.ts'
import type { BodySerializer } from './options.ts'
import type { StoredResponse } from './stored-response.ts'

/** A response to be sent as it is. */
export interface Reply {
  readonly status: number
  /** Names and values in turn. Answers share it: not to be changed. */
  readonly headers: readonly string[]
  /** The same by name, as names are written. Answers share it: not to be changed. */
  readonly byName: Readonly<Record<string, string | string[]>>
  /** `undefined` for HEAD and 304. */
  readonly body: Buffer | undefined
}

/** The request, as far as the form of the answer depends on it. */
export interface Asker {
  readonly method: string
  readonly headers: HeaderMap
}

/** Fields of the body, which a 304 leaves out (RFC 9110 §15.4.5). */
const OF_THE_BODY = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'content-language',
  'content-range',
])

/**
 * The answer a stored response gives: 200, or 304 where the client has it already, without body for HEAD. Throws what the serializer
 * throws.
 */
export function replyOf(
  stored: StoredResponse,
  asker: Asker,
  added: readonly string[],
  serializer: BodySerializer | undefined,
): Reply {
  if (stored.status === 200 && clientHas(asker.headers, stored)) {
    return new Ready(304, [...withoutBody(stored.headers), ...added], undefined)
  }
  const headers = stored.headers.concat(added)
  if (asker.method === 'HEAD') return new Ready(stored.status, headers, undefined)
  const body = serializer === undefined ? stored.body : serializer.deserialize(stored.body)
  return new Ready(stored.status, headers, body)
}

/** That nothing is stored, to who wants nothing else (`only-if-cached`, RFC 9111 §5.2.1.7). */
export function nothingStored(): Reply {
  return new Ready(504, ['content-length', '0'], Buffer.alloc(0))
}

/** Whether what it is sent does not depend on the request: no HEAD, and no conditions. */
export function wantsAll({ method, headers }: Asker): boolean {
  return (
    method === 'GET' && headers['if-none-match'] === undefined && headers['if-modified-since'] === undefined
  )
}

class Ready implements Reply {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: Buffer | undefined
  #byName: Reply['byName'] | undefined

  constructor(status: number, headers: readonly string[], body: Buffer | undefined) {
    this.status = status
    this.headers = headers
    this.body = body
  }

  get byName(): Reply['byName'] {
    return (this.#byName ??= byNameOf(this.headers))
  }
}

/** Whether the conditions of a request find nothing new in a response (RFC 9110 §13.1). */
export function clientHas(
  headers: HeaderMap,
  { etag, lastModified }: { readonly etag?: string; readonly lastModified?: string },
): boolean {
  const noneMatch = fieldOf(headers, 'if-none-match')
  const modifiedSince = fieldOf(headers, 'if-modified-since')
  if (noneMatch === undefined && modifiedSince === undefined) return false
  return fresh(
    { 'if-none-match': noneMatch, 'if-modified-since': modifiedSince },
    {
      ...(etag !== undefined && { etag }),
      ...(lastModified !== undefined && { 'last-modified': lastModified }),
    },
  )
}

function withoutBody(flat: readonly string[]): string[] {
  const kept: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    if (!OF_THE_BODY.has(flat[i] ?? '')) kept.push(flat[i] ?? '', flat[i + 1] ?? '')
  }
  return kept
}
