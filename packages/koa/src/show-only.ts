import type { Exposed } from '@tiercache/http'
import type { Context } from 'koa'

/** Shows the handler only what the key covers. The function returned gives the request back as it came. */
export function showOnly(ctx: Context, { headers, url }: Exposed): () => void {
  const { req, originalUrl } = ctx
  const { headers: allHeaders, rawHeaders, url: wholeUrl = '/' } = req
  const shownUrl = (wholeUrl.split('?', 1)[0] ?? '/') + (/\?.*/s.exec(url)?.[0] ?? '')
  req.headers = headers
  req.rawHeaders = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().flatMap(item => [name, item]),
  )
  req.url = shownUrl
  ctx.originalUrl = ctx.request.originalUrl = url
  forget(ctx)
  return () => {
    if (req.headers !== headers) return
    req.headers = allHeaders
    req.rawHeaders = rawHeaders
    if (req.url === shownUrl) req.url = wholeUrl
    ctx.originalUrl = ctx.request.originalUrl = originalUrl
    forget(ctx)
  }
}

/** What Koa remembers of a request once somebody has asked for it: made anew when asked for again. */
function forget(ctx: Context): void {
  Object.assign(ctx.request, { accept: undefined, memoizedURL: undefined })
}
