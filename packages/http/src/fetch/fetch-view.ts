import { mapOf } from '../headers.ts'
import type { RequestView } from '../request-view.ts'

/** What a framework knows better than the bare `Request`. */
export type FetchViewOptions<Req> = Pick<RequestView<Req>, 'native'> &
  Partial<Pick<RequestView<Req>, 'source' | 'user' | 'trustsProxy' | 'scheme' | 'host' | 'url' | 'replay'>>

/**
 * The view of a `Request` of the web standard. Its URL was normalised when it was made; give `url` as received where the framework has it.
 */
export function viewOfFetch<Req>(request: Request, options: FetchViewOptions<Req>): RequestView<Req> {
  const parsed = new URL(request.url)
  return {
    method: request.method,
    scheme: parsed.protocol.slice(0, -1),
    host: parsed.host,
    url: parsed.pathname + parsed.search,
    headers: mapOf([...request.headers].flat()),
    hasBody: request.body !== null || (request.headers.get('content-length') ?? '0') !== '0',
    source: request,
    ...options,
  }
}
