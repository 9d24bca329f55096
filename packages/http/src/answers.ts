import type { EntryView } from '@tiercache/core'
import type { Lookup } from './capture.ts'
import type { Plan } from './plan.ts'
import { replyOf, wantsAll } from './reply.ts'
import { type CacheOutcome, noteOutcome, reportFields } from './report.ts'
import { ageOf } from './search.ts'
import type { Settings } from './settings.ts'
import type { StoredResponse } from './stored-response.ts'

/** What a stored response was answered with, and all that it depended on. */
interface Answer {
  readonly ageS: number
  readonly leftS: number
  readonly key: string
  readonly outcome: CacheOutcome
  readonly lookup: Lookup
}

/** The answers that stored responses give. Whoever asks for the same in the same second is given the same answer, made once. */
export class Answers<Req> {
  readonly #settings: Settings<Req>
  readonly #last = new WeakMap<StoredResponse, Answer>()

  constructor(settings: Settings<Req>) {
    this.#settings = settings
  }

  /** The answer to a request by what is stored under `key`. Throws what the serializer throws. */
  of(
    { view }: Plan<Req>,
    key: string,
    entry: EntryView,
    stored: StoredResponse,
    outcome: 'hit' | 'stale',
  ): Lookup {
    const { namespace, headers, serializer } = this.#settings
    const shown = `${namespace}:${key}`
    noteOutcome(view.source, outcome, shown)
    const ageS = Math.floor(ageOf(entry, stored))
    const leftS = Math.round((outcome === 'stale' ? stored.ttlMs - entry.ageMs : entry.ttlMs) / 1000)
    const isCommon = entry.tier !== 'load' && serializer === undefined && wantsAll(view)
    const last = isCommon ? this.#last.get(stored) : undefined
    if (last?.ageS === ageS && last.leftS === leftS && last.key === key && last.outcome === outcome)
      return last.lookup
    const added = ['Age', String(ageS)]
    if (headers) {
      const date = stored.headers[stored.headers.indexOf('date') + 1]
      const status = entry.tier === 'load' ? 'fwd=uri-miss; collapsed' : 'hit'
      added.push(...reportFields({ outcome, key: shown, leftS, date, status }))
    }
    const lookup: Lookup = { kind: 'reply', reply: replyOf(stored, view, added, serializer) }
    if (isCommon) this.#last.set(stored, { ageS, leftS, key, outcome, lookup })
    return lookup
  }
}
