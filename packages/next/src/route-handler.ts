import type { NextRequest } from 'next/server.js'

/** What Next.js gives a route handler beside the request; `RouteContext<'/jobs/[id]'>`, which Next.js generates, is one. */
export interface RouteHandlerContext {
  readonly params: Promise<object>
}

/** A handler as `route.ts` exports it under the name of a method. */
export type RouteHandler<Context = RouteHandlerContext> = (
  request: NextRequest,
  context: Context,
) => Response | Promise<Response>

/** A handler that always answers by a promise. */
export type AsyncRouteHandler<Context = RouteHandlerContext> = (
  request: NextRequest,
  context: Context,
) => Promise<Response>
