import type { HeaderMap } from './headers.ts'

/** A request as a binding shows it to the engine. */
export interface RequestView<Req = unknown> {
  readonly method: string
  /** `'http'` or `'https'`, as the framework judges it. */
  readonly scheme: string
  /** The authority, as the framework judges it. */
  readonly host: string
  /** The target as received, path and query, before any router took part of it away. */
  readonly url: string
  /** Fields by name in lower case. */
  readonly headers: HeaderMap
  /** Whether it carries a body; a GET that does is never answered from the cache. */
  readonly hasBody: boolean
  /** Whether `scheme` and `host` were taken from `X-Forwarded-…` of a proxy that the framework trusts. Default `false`. */
  readonly trustsProxy?: boolean
  /** Who asks, where the framework knows: what `byUser: true` keys by. */
  readonly user?: string | undefined
  /** The framework's own request or context: what functions among the options are given. */
  readonly native: Req
  /** One object per exchange, the same wherever this exchange is shown: of Node's frameworks the `IncomingMessage`. */
  readonly source: object
  /**
   * Sends the same request through the whole server again, with `fields` in place of its own and its response thrown away, to refresh a
   * stale response behind the answer. `announce` is to be called with the new exchange's `source` before it is sent. Resolves when that
   * exchange has ended. Without it there is no `swr`.
   */
  readonly replay?: ((announce: (source: object) => void) => Promise<void>) | undefined
}

/** What a handler is to see of a request, where its response may be stored: what the key covers, and nothing else. */
export interface Exposed {
  /** Path and query, the query sorted and without parameters that are not part of the key. */
  readonly url: string
  readonly headers: Record<string, string | string[]>
}
