import { type Exposed, showOnly as showOnlyOfNode } from '@tiercache/http'
import type { Context } from 'koa'

/** Shows the handler only what the key covers. The function returned gives the request back as it came. */
export function showOnly(ctx: Context, exposed: Exposed): () => void {
  const { originalUrl } = ctx
  const restore = showOnlyOfNode(ctx.req, exposed)
  remember(ctx, exposed.url)
  return () => {
    restore()
    remember(ctx, originalUrl)
  }
}

/** Sets the URL as it came, and has Koa make anew what it remembers of a request once somebody has asked. */
function remember(ctx: Context, originalUrl: string): void {
  ctx.originalUrl = ctx.request.originalUrl = originalUrl
  Object.assign(ctx.request, { accept: undefined, memoizedURL: undefined })
}
