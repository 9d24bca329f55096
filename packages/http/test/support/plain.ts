import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  adminEndpoint,
  answerNode,
  healthEndpoint,
  invalidator,
  observeNode,
  responseCache,
  type ResponseTimes,
  responseTimes,
  serveNode,
  statsEndpoint,
  viewOfNode,
} from '../../src/index.ts'
import {
  listening,
  nativeOptions,
  type TestApp,
  type TestReply,
  type TestRequest,
  type TestRoute,
  type TestServer,
} from '../../src/testing/index.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** A server of `node:http`, with how a route is served as a parameter. */
export async function startPlain(
  app: TestApp,
  routeHandler: (app: TestApp, route: TestRoute) => Handler,
): Promise<TestServer> {
  const { cache, routes, health, stats, admin, timing } = app
  const times = timing && responseTimes({ log: timing.log, cache })
  const endpoints = new Map([
    ...(health === undefined ? [] : [[health, healthEndpoint<IncomingMessage>(cache)] as const]),
    ...(stats === undefined ? [] : [[stats, statsEndpoint<IncomingMessage>(cache)] as const]),
    ...(admin === undefined
      ? []
      : [[admin.path, adminEndpoint(cache, nativeOptions(admin.options, shown))] as const]),
  ])
  const handlers = routes.map(route => ({ route, handler: routeHandler(app, route) }))
  return listen((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const endpoint = endpoints.get(path)
    if (endpoint !== undefined) return void answerNode(endpoint, { request, response }, { native: request })
    const found = handlers.find(({ route }) => matches(route, request.method ?? '', path))
    if (found === undefined) return void response.writeHead(404).end()
    const sent = times?.start()
    if (sent !== undefined) {
      const at = { source: request, route: `${request.method} ${found.route.path}`, path: request.url ?? '' }
      response.once('finish', () => sent(at))
    }
    found.handler(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500).end('failed')
      else response.destroy()
    })
  }, times)
}

/** How `serveNode` serves a route. */
export function nodeHandler({ cache }: TestApp, { cache: options, invalidates, handle }: TestRoute): Handler {
  const responses = options && responseCache(cache, nativeOptions(options, shown))
  const invalidate = invalidates && invalidator(cache, nativeOptions(invalidates, shown))
  return async (request, response) => {
    if (invalidate !== undefined) observeNode(response, status => invalidate(request, { status }))
    const run = async (): Promise<void> => write(response, await handle(shown(request)))
    if (responses === undefined) return run()
    await serveNode(responses, viewOfNode(request, { native: request }), { request, response }, run)
  }
}

/** A server for a listener. */
export function listen(listener: RequestListener, times?: ResponseTimes): Promise<TestServer> {
  return listening(createServer(listener).listen(0, '127.0.0.1'), times)
}

function matches({ method, path }: TestRoute, asked: string, askedPath: string): boolean {
  if (method !== asked && !(method === 'GET' && asked === 'HEAD')) return false
  return path.endsWith('/*') ? askedPath.startsWith(path.slice(0, -1)) : path === askedPath
}

function shown(request: IncomingMessage): TestRequest {
  const { method = '', url = '', headers } = request
  return {
    method,
    url,
    header: name => headers[name]?.toString(),
    query: name => new URL(url, 'http://any').searchParams.get(name) ?? undefined,
  }
}

async function write(
  response: ServerResponse,
  { status = 200, headers = {}, body, stream }: TestReply,
): Promise<void> {
  const json = typeof body === 'object' && !Buffer.isBuffer(body)
  response.writeHead(status, json ? { 'content-type': 'application/json', ...headers } : { ...headers })
  if (stream !== undefined) return pipeline(Readable.from(stream), response).catch(() => {})
  response.end(json ? JSON.stringify(body) : body)
}
