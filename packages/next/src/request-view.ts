import { type Exposed, type RequestView, viewOfFetch } from '@tiercache/http'
import type { NextRequest } from 'next/server.js'

/** Segments `.` and `..`, encoded once or twice. */
const DOTS = /(?:^|\/)(?:\.|%(?:25)?2e){1,2}(?:\/|$)/i
const PLAIN_HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

/**
 * A request as the engine sees it. Its host is the one that the client has named: the URL that Next.js makes has that of the machine,
 * which is another on each instance.
 */
export function viewOf(request: NextRequest): RequestView<NextRequest> {
  const view = viewOfFetch<NextRequest>(request, { native: request })
  const host = request.headers.get('host') ?? view.host
  return { ...view, host, hasBody: view.hasBody || request.headers.has('transfer-encoding') }
}

/**
 * The view of a request that is answered by `route`. A rewrite may have chosen that by what is no part of the key, such as a cookie; so
 * where it is not what the URL says, the scheme of the key names it, where no client can. `undefined`: no key tells who would read it how.
 */
export function routedTo<Req>(
  view: RequestView<Req>,
  route: string | undefined,
): RequestView<Req> | undefined {
  if (!PLAIN_HOST.test(view.host) || !URL.canParse(`http://${view.host}`)) return undefined
  if (route === undefined || isSamePath(view.url.split('?', 1)[0] ?? '', route)) return view
  // Of these a URL has another path than the router has seen.
  return DOTS.test(route) ? undefined : { ...view, scheme: `${view.scheme}+${route}` }
}

/** The path that a route with these parameters has: `/jobs/7` of `/jobs/[id]`. */
export function pathOf(route: string, params: object): string {
  const values = params as Readonly<Record<string, string | readonly string[] | undefined>>
  const segments = route.split('/').flatMap(segment => {
    const name = /^\[{1,2}(?:\.\.\.)?(.+?)\]{1,2}$/.exec(segment)?.[1]
    return name === undefined ? segment : (values[name] ?? [])
  })
  return segments.map(encodeURIComponent).join('/')
}

/** A request of what a handler is to see of the one that was received. */
export async function requestOf(
  { url, headers }: Exposed,
  { scheme, host }: RequestView,
  signal: AbortSignal,
): Promise<NextRequest> {
  const { NextRequest } = await import('next/server.js')
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((item): [string, string] => [name, item]),
  )
  return new NextRequest(`${scheme}://${host}${url}`, { headers: fields, signal })
}

/** The view of the request that is made again to refresh a response. */
export function unconditional<Req>(view: RequestView<Req>): RequestView<Req> {
  const conditions = /^(?:if-(?:none-match|modified-since)|cache-control|pragma)$/
  const headers = Object.fromEntries(Object.entries(view.headers).filter(([name]) => !conditions.test(name)))
  return { ...view, headers }
}

function isSamePath(path: string, route: string): boolean {
  try {
    return path.split('/').map(decodeURIComponent).map(encodeURIComponent).join('/') === route
  } catch {
    return false
  }
}
