import type { TtlPolicy } from '@tiercache/core'

/** A policy that can be told from other functions: a route of `@tiercache/http` takes it as its `ttl`, where a bare function is one of the request. */
export interface OwnPolicy<T = unknown> extends TtlPolicy<T> {
  /** The policy itself. */
  readonly policy: TtlPolicy<T>
}

/** Gives a policy itself as its `policy`. */
export function ownPolicy<T, P extends TtlPolicy<T>>(policy: P): P & { readonly policy: TtlPolicy<T> } {
  return Object.assign(policy, { policy })
}
