import type * as NextServer from 'next/server.js'
import { warn } from './warn.ts'

/*
 * How Next.js keeps a request while it is answered, which it documents for nobody; written down here as far as it is used, and loaded
 * so that a version that has it elsewhere costs the cache and not the answer.
 */

/** What `headers()` and the like look at. */
export interface UnitStore {
  readonly type: string
  readonly draftMode?: { readonly isEnabled: boolean }
  readonly userspaceMutableCookies: ChangeableCookies
}

/** The part of a cookie jar that sets cookies of the response. */
export type ChangeableCookies = {
  readonly [name in 'set' | 'delete']: (...args: readonly unknown[]) => unknown
}

/** An `AsyncLocalStorage`. */
interface Scoped<T> {
  getStore(): T | undefined
  run<R>(store: T, run: () => R): R
}

/** What is used of Next.js beyond types. */
export interface NextInternals {
  readonly units: Scoped<UnitStore>
  readonly works: Scoped<{ readonly route: string; readonly forceStatic?: boolean }>
  readonly server: typeof NextServer
}

let loaded: Promise<NextInternals | undefined> | undefined

/** Loaded when they are first needed: before Next.js has started they would be made without what it brings. */
export function nextInternals(): Promise<NextInternals | undefined> {
  return (loaded ??= load())
}

async function load(): Promise<NextInternals | undefined> {
  try {
    const [server, units, works] = await Promise.all([
      import('next/server.js'),
      import('next/dist/server/app-render/work-unit-async-storage.external.js'),
      import('next/dist/server/app-render/work-async-storage.external.js'),
    ])
    return {
      server,
      units: units.workUnitAsyncStorage as unknown as NextInternals['units'],
      works: works.workAsyncStorage as unknown as NextInternals['works'],
    }
  } catch {
    warn(
      'this version of Next.js does not tell what `headers()` shows, so no response of a route handler is cached',
    )
    return undefined
  }
}
