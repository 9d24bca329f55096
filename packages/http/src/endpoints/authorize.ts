import { createHash, timingSafeEqual } from 'node:crypto'
import { optionError } from '@tiercache/core/options'
import { fieldOf } from '../headers.ts'
import type { EndpointRequest } from './endpoint.ts'

const LEAST_LENGTH = 16

/**
 * Who may use an endpoint: who sends this token as `Authorization: Bearer …`, of 16 characters at least; or whomever a function lets, by
 * the framework's own request.
 */
export type Authorize<Req> = string | ((request: Req) => boolean | Promise<boolean>)

/** Whether a request may. What a function throws means no. Throws `CacheError` `E_OPTION` for what is neither token nor function. */
export function authorizer<Req>(
  authorize: Authorize<Req>,
  path: string,
): (request: EndpointRequest<Req>) => Promise<boolean> {
  if (typeof authorize === 'function') {
    return async ({ native }) => {
      try {
        return (await authorize(native)) === true
      } catch {
        return false
      }
    }
  }
  if (typeof authorize !== 'string' || authorize.length < LEAST_LENGTH) {
    const given = typeof authorize === 'string' ? 'a shorter text' : authorize
    throw optionError(
      path,
      given,
      `must be a function, or a token of ${LEAST_LENGTH} characters at least; nobody is let in without`,
    )
  }
  const expected = hashOf(authorize)
  return async ({ headers }) => {
    const [scheme = '', token = ''] = (fieldOf(headers, 'authorization') ?? '').split(' ')
    // Hashes are of one length, so the time it takes tells nothing about the token.
    return timingSafeEqual(hashOf(token), expected) && scheme.toLowerCase() === 'bearer'
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
