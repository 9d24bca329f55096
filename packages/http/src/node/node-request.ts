import type { IncomingMessage } from 'node:http'
import type { Exposed } from '../request-view.ts'

/** Shows the handler only what the key covers. The function returned gives the request back as it came. */
export function showOnly(message: IncomingMessage, { headers, url }: Exposed): () => void {
  const { headers: allHeaders, rawHeaders, url: wholeUrl } = message
  const original = 'originalUrl' in message ? message.originalUrl : undefined
  message.headers = headers
  message.headersDistinct = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat()]),
  )
  message.rawHeaders = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().flatMap(item => [name, item]),
  )
  const query = url.indexOf('?') < 0 ? '' : url.slice(url.indexOf('?'))
  const path = (wholeUrl ?? '/').split('?', 1)[0] ?? '/'
  const rewritten = path + query
  message.url = rewritten
  if (original !== undefined) Object.assign(message, { originalUrl: url })
  return () => {
    message.headers = allHeaders
    message.rawHeaders = rawHeaders
    // Node makes it from the raw ones when it is asked for again.
    Object.assign(message, { headersDistinct: undefined })
    if (message.url === rewritten) message.url = wholeUrl
    if (original !== undefined) Object.assign(message, { originalUrl: original })
  }
}
