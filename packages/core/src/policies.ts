import type { Duration } from './duration.ts'
import { optionError } from './checks.ts'
import {
  checkLifeOptions,
  type LifeOptions,
  type Policy,
  resolvePolicy,
  type TierTtl,
  type TtlContext,
  type TtlDecision,
} from './policy.ts'
import { Glob } from './glob.ts'
import { ownOf } from './key.ts'

interface Decides {
  // A method, whose parameter may be narrower than `unknown`: whoever names a type of key knows what its values are.
  decide(value: unknown, context: TtlContext): Duration | TierTtl | TtlDecision
}

/** A `TtlPolicy` for the values of one type of key, which it may take to be of their type. */
export type TypePolicy = Decides['decide']

/** As `LifeOptions`, for one type of key. */
export interface TypeLifeOptions extends Omit<LifeOptions, 'ttl'> {
  readonly ttl?: Duration | TierTtl | TypePolicy
}

/** Defaults by the first segment of a key, or by a pattern with `*` over the whole key: a ttl, a policy for it, or options. */
export type TypeOptions = Readonly<Record<string, Duration | TypePolicy | TypeLifeOptions>>

/** Which policy holds for a key: of the call, over that of its type, over the defaults. */
export class Policies {
  readonly #defaults: Policy
  readonly #types: ReadonlyMap<string, Policy>
  readonly #patterns: readonly (readonly [Glob, Policy])[]

  constructor(
    defaults: Policy,
    types: ReadonlyMap<string, Policy>,
    patterns: readonly (readonly [Glob, Policy])[],
  ) {
    this.#defaults = defaults
    this.#types = types
    this.#patterns = patterns
  }

  /** The policy of a key, with a call's options over it. Throws `CacheError` for options that cannot be. */
  of(id: string, options?: LifeOptions<never>): Policy {
    const base = this.#base(id)
    return options === undefined ? base : resolvePolicy(options, base)
  }

  /** The same with other defaults; what the types say still goes before them. */
  over(options: LifeOptions, path: string): Policies {
    checkLifeOptions(options, path)
    return new Policies(
      resolvePolicy(options as LifeOptions<never>, this.#defaults, path),
      this.#types,
      this.#patterns,
    )
  }

  #base(id: string): Policy {
    if (this.#types.size === 0 && this.#patterns.length === 0) return this.#defaults
    const own = ownOf(id)
    const end = own.indexOf(':')
    const exact = this.#types.get(end < 0 ? own : own.slice(0, end))
    return exact ?? this.#patterns.find(([pattern]) => pattern.matches(own))?.[1] ?? this.#defaults
  }
}

/** Reads the `types` option. Throws `CacheError` naming the type at fault. */
export function createPolicies(defaults: Policy, types: TypeOptions = {}): Policies {
  if (typeof types !== 'object' || types === null || Array.isArray(types))
    throw optionError('types', types, 'must be an object of durations or options')
  const exact = new Map<string, Policy>()
  const patterns: (readonly [Glob, Policy])[] = []
  for (const [name, given] of Object.entries(types)) {
    const path = `types.${name}`
    const options: TypeLifeOptions = typeof given === 'object' && given !== null ? given : { ttl: given }
    checkLifeOptions(options, path)
    const policy = resolvePolicy(options as LifeOptions<never>, defaults, path)
    if (name.includes('*')) patterns.push([new Glob(name), policy])
    else exact.set(name, policy)
  }
  return new Policies(defaults, exact, patterns)
}
