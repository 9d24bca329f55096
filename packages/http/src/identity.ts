import type { HeaderMap } from './headers.ts'
import type { RequestView } from './request-view.ts'
import type { Settings } from './settings.ts'

/** Fields that say who asks. */
export const CREDENTIALS: readonly string[] = [
  'authorization',
  'cookie',
  'proxy-authorization',
  'x-api-key',
  'x-auth-token',
  'x-access-token',
]

/** On whose behalf a request is made, as far as the cache is concerned. */
export interface Identity {
  /** Part of the key, where the route has a response per user. */
  readonly user: string | undefined
  /** It carries credentials that are no part of the key: what it is answered must not be somebody's own. */
  readonly credentialed: boolean
}

const ANYBODY: Identity = { user: undefined, credentialed: false }

/** Who asks. Throws what `byUser` throws. */
export function identityOf<Req>(settings: Settings<Req>, view: RequestView<Req>): Identity {
  if (settings.byUser !== false) {
    const user = settings.byUser === true ? view.user : settings.byUser(view.native)
    if (user !== undefined && user !== '') return { user: String(user), credentialed: false }
  }
  if (settings.private === false) return ANYBODY
  return view.user !== undefined || hasCredentials(view.headers)
    ? { user: undefined, credentialed: true }
    : ANYBODY
}

function hasCredentials(headers: HeaderMap): boolean {
  for (const name of CREDENTIALS) if (headers[name] !== undefined) return true
  return false
}
