import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createCache } from '@tiercache/core'
import { expect, test } from 'vitest'
import {
  type Exposed,
  invalidator,
  responseCache,
  serveFetch,
  viewOfFetch,
  viewOfNode,
} from '../src/index.ts'
import {
  httpConformance,
  nativeOptions,
  type TestApp,
  type TestReply,
  type TestRequest,
  type TestRoute,
} from '../src/testing/index.ts'
import { type Handler, startPlain } from './support/plain.ts'

httpConformance({ test, start: app => startPlain(app, fetchHandler) })

test('a response whose body was read already fails its request and makes nobody wait', async () => {
  const cache = createCache()
  const responses = responseCache(cache)
  const ask = async (): Promise<Response> =>
    serveFetch(responses, viewOfFetch(new Request('http://shop.example/a'), { native: undefined }), () => {
      const response = new Response('x')
      response.body?.getReader()
      return response
    })
  await expect(ask()).rejects.toThrow(/locked/)
  await expect(ask()).rejects.toThrow(/locked/)
  await cache.close()
})

test('a binding may make the response of a reply itself', async () => {
  const cache = createCache()
  const responses = responseCache(cache)
  const ask = async (): Promise<Response> =>
    serveFetch(
      responses,
      viewOfFetch(new Request('http://shop.example/a'), { native: undefined }),
      () => new Response('x', { headers: { link: '</a>' } }),
      ({ status, byName }) => Response.json([status, byName['link']]),
    )
  expect(await (await ask()).text()).toBe('x')
  expect(await (await ask()).json()).toEqual([200, '</a>'])
  await cache.close()
})

/** How `serveFetch` serves a route whose handler takes a `Request` and returns a `Response`. */
function fetchHandler({ cache }: TestApp, { cache: options, invalidates, handle }: TestRoute): Handler {
  const responses = options && responseCache(cache, nativeOptions(options, shown))
  const invalidate = invalidates && invalidator(cache, nativeOptions(invalidates, shown))
  return async (message, out) => {
    const request = requestOf(message)
    const run = async (exposed?: Exposed): Promise<Response> =>
      responseOf(await handle(shown(exposed === undefined ? request : exposedRequest(message, exposed))))
    const { replay } = viewOfNode(message, { native: request })
    const view = viewOfFetch(request, {
      native: request,
      source: message,
      url: message.url ?? '/',
      host: message.headers.host ?? '',
      replay,
    })
    const hasBody = (message.headers['content-length'] ?? '0') !== '0'
    const response =
      responses === undefined ? await run() : await serveFetch(responses, { ...view, hasBody }, run)
    await invalidate?.(request, { status: response.status })
    await send(out, response)
  }
}

function requestOf({ method, url, headers }: IncomingMessage): Request {
  return exposedRequest({ method } as IncomingMessage, {
    url: url ?? '/',
    headers: headers as Record<string, string>,
  })
}

const targets = new WeakMap<Request, string>()

function exposedRequest({ method = 'GET' }: IncomingMessage, { url, headers }: Exposed): Request {
  const { connection: _, 'transfer-encoding': __, ...fields } = headers
  const request = new Request(new URL(url.replace(/^\/+/, '/'), `http://${String(headers['host'])}`), {
    method,
    headers: fields as Record<string, string>,
  })
  targets.set(request, url)
  return request
}

function shown(request: Request): TestRequest {
  return {
    method: request.method,
    url: targets.get(request) ?? '',
    header: name => request.headers.get(name) ?? undefined,
    query: name => new URL(request.url).searchParams.get(name) ?? undefined,
  }
}

function responseOf({ status = 200, headers = {}, body, stream }: TestReply): Response {
  const fields = new Headers()
  for (const [name, value] of Object.entries(headers))
    for (const item of [value].flat()) fields.append(name, item)
  const content = stream === undefined ? body : ReadableStream.from(stream)
  if (typeof content === 'object' && !(content instanceof ReadableStream) && !Buffer.isBuffer(content))
    return Response.json(content, { status, headers: fields })
  return new Response([204, 304].includes(status) ? null : ((content as string | undefined) ?? null), {
    status,
    headers: fields,
  })
}

async function send(out: ServerResponse, response: Response): Promise<void> {
  out.statusCode = response.status
  out.setHeaders(new Map([...response.headers].filter(([name]) => name !== 'set-cookie')))
  if (response.headers.getSetCookie().length > 0) out.setHeader('set-cookie', response.headers.getSetCookie())
  if (response.body === null) return void out.end()
  const body = Readable.fromWeb(response.body as NodeStream)
  body.on('error', () => out.destroy())
  out.on('close', () => body.destroy())
  body.pipe(out)
}
