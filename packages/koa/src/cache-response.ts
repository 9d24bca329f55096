import type { Cache } from '@tiercache/core'
import {
  type Capture,
  ownFields,
  type Reply,
  type RequestView,
  responseCache,
  type ResponseCacheOptions,
  type ResponseFields,
  snapshotOf,
  userOf,
  viewOfNode,
  withVary,
  tapped,
} from '@tiercache/http'
import type { Context, Middleware } from 'koa'
import { bytesOf, streamOf } from './body.ts'
import { showOnly } from './show-only.ts'

/**
 * Answers from the cache, and stores what the middleware after it answers: `router.get('/jobs', cacheResponse(cache, { ttl: '2m' }), handler)`.
 * It sets and reads `ctx.body`, so that middleware before it goes on working on hits. Throws `CacheError` for options that are not valid;
 * trouble in the cache never reaches a request.
 */
export function cacheResponse(cache: Cache, options: ResponseCacheOptions<Context> = {}): Middleware {
  const responses = responseCache(cache, options)
  return async (ctx, next) => {
    const found = responses.lookup(viewOf(ctx))
    const lookup = found instanceof Promise ? await found : found
    if (lookup.kind === 'reply') return sendReply(ctx, lookup.reply)
    const { capture, exposed, fields } = lookup
    setFields(ctx, fields)
    if (capture === undefined) return void (await next())
    const before = snapshotOf(ctx.response.headers)
    const restore = exposed === undefined ? () => {} : showOnly(ctx, exposed)
    ctx.res.once('close', () => capture.abort())
    try {
      await next()
    } catch (error) {
      restore()
      const step = capture.head(statusOf(error), { 'cache-control': 'no-store' })
      capture.abort()
      if (step.kind === 'send') throw error
      return replace(ctx, before, step.reply)
    }
    await record(ctx, capture, before, restore)
  }
}

/** Takes in what the handler has made of `ctx`. One that writes to `ctx.res` itself is not stored. */
async function record(
  ctx: Context,
  capture: Capture,
  before: ResponseFields,
  restore: () => void,
): Promise<void> {
  if (ctx.respond === false || ctx.headerSent) {
    restore()
    return capture.abort()
  }
  const { body } = ctx
  const own = ownFields(ctx.response.headers, before)
  const stream = streamOf(body)
  const bytes = stream === undefined ? bytesOf(body) : undefined
  // Without a body the answer is for middleware before this one to make, or Koa's own.
  const unmade = body === undefined && ![204, 205, 304].includes(ctx.status)
  const fields = unmade ? { ...own, 'cache-control': 'no-store' } : own
  const step =
    bytes === undefined ? capture.head(ctx.status, fields) : capture.whole(ctx.status, fields, bytes)
  // What a generator still reads of the request while it is sent is not in the key either.
  if (stream === undefined || step.kind === 'replace') restore()
  if (step.kind === 'replace') {
    stream?.destroy()
    return replace(ctx, before, step.reply)
  }
  setFields(ctx, step.fields)
  await step.wait
  if (stream !== undefined) setBody(ctx, tapped(stream, capture, restore))
  else if (bytes === undefined) capture.abort()
  else if (body !== undefined && body !== null) setBody(ctx, bytes)
}

/** Another form of the same body: its fields stay. */
function setBody(ctx: Context, body: unknown): void {
  const length = fieldOf(ctx, 'Content-Length')
  ctx.body = body
  if (length !== undefined) ctx.set('Content-Length', length)
}

function replace(ctx: Context, before: ResponseFields, reply: Reply): void {
  for (const name of Object.keys(ctx.response.headers)) ctx.remove(name)
  for (const [name, value] of Object.entries(before))
    if (value !== undefined) ctx.set(name, typeof value === 'object' ? [...value] : String(value))
  sendReply(ctx, reply)
}

function sendReply(ctx: Context, reply: Reply): void {
  const { status, byName, body } = reply
  ctx.status = status
  ctx.set(withVary(reply, fieldOf(ctx, 'Vary')))
  if (body === undefined) return
  ctx.body = body
  if (byName['content-type'] === undefined) ctx.remove('Content-Type')
}

function setFields(ctx: Context, fields: readonly string[]): void {
  for (let i = 0; i < fields.length; i += 2) {
    const [name = '', value = ''] = [fields[i], fields[i + 1]]
    const before = name === 'Cache-Status' ? fieldOf(ctx, name) : undefined
    ctx.set(name, before === undefined ? value : `${before}, ${value}`)
  }
}

function fieldOf(ctx: Context, name: string): string | undefined {
  return ctx.res.getHeader(name)?.toString()
}

function statusOf(error: unknown): number {
  const status: unknown =
    typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
  return typeof status === 'number' ? status : 500
}

function viewOf(ctx: Context): RequestView<Context> {
  return viewOfNode(ctx.req, {
    native: ctx,
    url: ctx.originalUrl,
    scheme: ctx.protocol,
    host: ctx.host,
    trustsProxy: ctx.app.proxy,
    user: userOf(ctx.state),
  })
}
