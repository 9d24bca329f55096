import type { NextRequest } from 'next/server.js'
import { nextInternals } from './next-internals.ts'
import { runShown } from './run-shown.ts'

/** What Next.js knows of the request that is being answered, beside the request itself. */
export type Scope =
  | RequestScope
  /** The handler was called by somebody else, such as a test. */
  | { readonly kind: 'outside' }
  /** The handler is to be run as it is: it is prerendered, or Next.js does not tell what it shows to handlers. */
  | { readonly kind: 'closed' }

/** A request that Next.js answers. */
export interface RequestScope {
  readonly kind: 'request'
  /** The route's pattern: `/jobs/[id]`. */
  readonly route: string
  readonly isDraft: boolean
  /** Lets Next.js wait for a promise, and tell why it rejects. */
  readonly after: (work: Promise<unknown>) => void
  /** `runShown` in this scope. */
  readonly run: (request: NextRequest, handler: () => Response | Promise<Response>) => Promise<Response>
}

/**
 * The scope of the request that is being answered. While Next.js prerenders it tells it that this route waits for requests: then it
 * does not resolve, or rejects with what is Next.js's own to handle.
 */
export async function requestScope(): Promise<Scope> {
  const next = await nextInternals()
  if (next === undefined) return { kind: 'closed' }
  const { units, works, server } = next
  const unit = units.getStore()
  const work = works.getStore()
  if (unit === undefined || work === undefined) return { kind: 'outside' }
  if (work.forceStatic === true) return { kind: 'closed' }
  await server.connection()
  if (unit.type !== 'request') return { kind: 'closed' }
  return {
    kind: 'request',
    route: work.route,
    isDraft: unit.draftMode?.isEnabled === true,
    after(work) {
      try {
        server.after(work)
      } catch {
        // Where nobody waits for what is done behind an answer, it is done all the same.
      }
    },
    run: (request, handler) => runShown(next, { unit, request }, handler),
  }
}
