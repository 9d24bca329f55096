import type { HeaderMap } from './headers.ts'
import type { Reply } from './reply.ts'
import type { Exposed } from './request-view.ts'

/** What a binding does with the head of its handler's response. */
export type HeadStep =
  /** Send it, with `fields` (names and values in turn) set over its own, when `wait` has resolved. */
  | { readonly kind: 'send'; readonly fields: readonly string[]; readonly wait?: Promise<void> | undefined }
  /** Send this instead, and throw away what the handler still writes. */
  | { readonly kind: 'replace'; readonly reply: Reply }

/**
 * Takes in the response of a handler: either `whole`, or `head`, any number of `chunk`s and `end`. `abort` where it ends otherwise. None
 * of them throws.
 */
export interface Capture {
  head(status: number, headers: HeaderMap): HeadStep
  /** The bytes are copied. */
  chunk(bytes: Uint8Array): void
  /** The response is complete. Resolve what it returns before the client is told so. */
  end(): Promise<void> | undefined
  whole(status: number, headers: HeaderMap, body: Buffer): HeadStep
  abort(): void
}

/** What the engine says to a request. */
export type Lookup =
  /** Send this; the handler is not to run. */
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** Run the handler: let it see `exposed` if there is one, feed its response to `capture` if there is one, and add `fields`. */
  | {
      readonly kind: 'run'
      readonly capture?: Capture | undefined
      readonly exposed?: Exposed | undefined
      readonly fields: readonly string[]
    }
