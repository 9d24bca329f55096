import type { Cache } from '@tiercache/core'
import type { AdminOptions } from '../endpoints/admin.ts'
import type { InvalidatesOptions } from '../invalidates.ts'
import type { ResponseCacheOptions } from '../options.ts'
import type { TimingStats } from '../timing/route-times.ts'

/** Any `test` function: of Vitest, of `node:test`, of Jest. */
export type TestFunction = (name: string, run: () => Promise<void>) => unknown

/** A request as a test's handler and options see it: what the framework shows its own handlers. */
export interface TestRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** A field by its name in lower case. */
  readonly header: (name: string) => string | undefined
  /** A query parameter as the framework has parsed it. */
  readonly query: (name: string) => string | undefined
}

/** What a test's handler answers. The binding sends it in its framework's own way, headers and status included. */
export interface TestReply {
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | string[]>>
  /** Text, bytes, or an object to be sent as JSON. Default: none. */
  readonly body?: string | Buffer | object
  /** Sent as a stream, instead of `body`. Where it throws, the response must break off as a failed stream does in the framework. */
  readonly stream?: AsyncIterable<Buffer>
}

/** One route of a test's server. */
export interface TestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** A literal path, or one that ends in `/*` for everything below. */
  readonly path: string
  /** The response cache of the route. */
  readonly cache?: ResponseCacheOptions<TestRequest>
  /** What it invalidates after success. */
  readonly invalidates?: InvalidatesOptions<TestRequest>
  /** What it throws is to be thrown in the framework's handler. */
  readonly handle: (request: TestRequest) => TestReply | Promise<TestReply>
}

/** The server that a test describes. */
export interface TestApp {
  readonly cache: Cache
  readonly routes: readonly TestRoute[]
  /** Paths of the endpoints, where a test wants them. */
  readonly health?: string
  readonly stats?: string
  readonly admin?: { readonly path: string; readonly options: AdminOptions<TestRequest> }
  /** The log of the timing middleware over all routes, where a test wants it. */
  readonly timing?: { readonly log: (line: string) => void }
}

/** A server that runs. */
export interface TestServer {
  /** `http://127.0.0.1:…` */
  readonly origin: string
  /** Of the timing middleware, where there is one. */
  readonly timing?: () => TimingStats
  /** Stops it, open connections included. */
  readonly close: () => Promise<void>
}

/** Starts a server with the binding under test. */
export type StartServer = (app: TestApp) => Promise<TestServer>
