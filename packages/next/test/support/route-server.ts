import 'next/dist/server/node-environment.js' // before what keeps the scope of a request
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listening, type TestServer } from '@tiercache/http/testing'
import { NodeNextRequest } from 'next/dist/server/base-http/node.js'
import { addRequestMeta } from 'next/dist/server/request-meta.js'
import { AppRouteRouteModule } from 'next/dist/server/route-modules/app-route/module.js'
import { pipeToNodeResponse } from 'next/dist/server/pipe-readable.js'
import {
  NextRequestAdapter,
  signalFromNodeResponse,
} from 'next/dist/server/web/spec-extension/adapters/next-request.js'

/** A `route.ts`: the pattern of its folder, such as `/jobs/[id]`, and what it exports. */
export interface Route {
  readonly pattern: string
  readonly handlers: object
}

/** What Next.js has found for a request. */
interface Match {
  readonly route: string
  readonly params?: Record<string, string | string[]>
}

type RouteModuleContext = Parameters<AppRouteRouteModule['handle']>[1]

/**
 * Serves route handlers by the parts of Next.js that do: its requests, its scope of `headers()` and `cookies()`, its way to send.
 * Routing is `match`'s: to what a path leads, as a rewrite may have it.
 */
export async function serveRoutes(
  routes: readonly Route[],
  match: (path: string) => Match | undefined,
): Promise<TestServer> {
  const modules = new Map(routes.map(route => [route.pattern, moduleOf(route)]))
  const server = createServer((message, out) => {
    const found = match((message.url ?? '/').split('?', 1)[0] ?? '')
    const module = found && modules.get(found.route)
    if (module === undefined) return void out.writeHead(404).end()
    answer(module, found?.params, message, out).catch(() => {
      if (out.headersSent) out.destroy()
      else out.writeHead(500).end()
    })
  })
  return listening(server.listen(0, '127.0.0.1'))
}

async function answer(
  module: AppRouteRouteModule,
  params: Match['params'],
  message: IncomingMessage,
  out: ServerResponse,
): Promise<void> {
  // The host of the machine, as `next start` has it.
  addRequestMeta(message, 'initURL', `http://localhost:3000${message.url}`)
  const request = new NodeNextRequest(message)
  const asked = NextRequestAdapter.fromNodeNextRequest(request, signalFromNodeResponse(out))
  const response = await module.handle(asked, contextOf(params, out))
  await send(message, out, response)
}

/** As Next.js does, which however leaves out `Content-Length` and `Content-Encoding`. */
async function send({ method }: IncomingMessage, out: ServerResponse, response: Response): Promise<void> {
  out.statusCode = response.status
  for (const [name, value] of response.headers) out.appendHeader(name, value)
  if (response.body === null || method === 'HEAD') out.end()
  else await pipeToNodeResponse(response.body, out)
}

function moduleOf({ pattern, handlers }: Route): AppRouteRouteModule {
  return new AppRouteRouteModule({
    definition: {
      kind: 'APP_ROUTE' as never,
      page: `${pattern}/route`,
      pathname: pattern,
      filename: '',
      bundlePath: '',
    },
    distDir: '',
    relativeProjectDir: '',
    resolvedPagePath: '',
    nextConfigOutput: undefined,
    userland: () => handlers as never,
  })
}

function contextOf(params: Match['params'], out: ServerResponse): RouteModuleContext {
  const context = {
    params,
    previewProps: { previewModeId: 'id', previewModeEncryptionKey: 'key', previewModeSigningKey: 'key' },
    renderOpts: {
      experimental: {},
      cacheLifeProfiles: {},
      waitUntil: () => {},
      onClose: (run: () => void) => out.on('close', run),
    },
    sharedContext: { buildId: 'build', deploymentId: '' },
  }
  return context as unknown as RouteModuleContext
}
