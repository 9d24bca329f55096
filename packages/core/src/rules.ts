import { CacheError, shown } from './errors.ts'
import type { Key } from './key.ts'

/** What a domain event invalidates. */
export interface RuleTargets {
  readonly keys?: readonly Key[]
  readonly tags?: readonly string[]
}

/** Maps an event's payload to what it invalidates. */
export type Rule<P> = (payload: P) => RuleTargets

/** The rules of a cache, by event. */
export class Rules {
  readonly #rules = new Map<string, Set<Rule<unknown>>>()

  add(event: string, rule: Rule<unknown>): () => void {
    if (typeof event !== 'string' || event === '' || typeof rule !== 'function') {
      throw new CacheError(
        'E_OPTION',
        `rule: give the name of an event and a function of its payload, not ${shown(event)} and ${shown(rule)}.`,
        { path: 'rule' },
      )
    }
    const set = this.#rules.get(event) ?? new Set()
    this.#rules.set(event, set.add(rule))
    return () => set.delete(rule)
  }

  /** What all rules of an event say of a payload. Throws `E_OPTION` for an event without rules: a misspelt name would invalidate nothing. */
  targets(event: string, payload: unknown): Required<RuleTargets> {
    const set = this.#rules.get(event)
    if (set === undefined || set.size === 0) {
      const known = [...this.#rules.keys()].join(', ') || 'none yet'
      throw new CacheError(
        'E_OPTION',
        `notify: there is no rule for ${shown(event)}. Events with rules: ${known}.`,
        { path: 'event', value: event },
      )
    }
    const all = [...set].map(rule => rule(payload))
    return { keys: all.flatMap(({ keys }) => keys ?? []), tags: all.flatMap(({ tags }) => tags ?? []) }
  }
}
