import type { HeaderMap } from '../headers.ts'

/** A request to an endpoint, as a binding shows it. */
export interface EndpointRequest<Req = unknown> {
  readonly method: string
  readonly headers: HeaderMap
  /** The framework's own request, for `authorize`. */
  readonly native: Req
  /** The body as text or as the framework has parsed it. Called once, and only where the request may have one. */
  readonly body: () => Promise<unknown>
}

/** What an endpoint answers: JSON that nobody caches. */
export interface EndpointAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An endpoint without a framework. Never rejects. */
export type Endpoint<Req> = (request: EndpointRequest<Req>) => Promise<EndpointAnswer>

/** An answer in JSON. */
export function answer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): EndpointAnswer {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: `${JSON.stringify(value)}\n`,
  }
}

/** An endpoint that only shows something. */
export function showing<Req>(
  show: () => unknown,
  authorized: (request: EndpointRequest<Req>) => Promise<boolean>,
): Endpoint<Req> {
  return async request => {
    try {
      if (!(await authorized(request))) return refused()
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return answer(405, { error: 'use GET' }, { allow: 'GET, HEAD' })
      return answer(200, await show())
    } catch {
      return answer(500, { error: 'failed' })
    }
  }
}

export function refused(): EndpointAnswer {
  return answer(401, { error: 'not authorized' }, { 'www-authenticate': 'Bearer' })
}
