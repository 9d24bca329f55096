import type { Cache, EntryView, LoadContext } from '@tiercache/core'
import { Answers } from './answers.ts'
import type { Lookup } from './capture.ts'
import { forgetting } from './forgetting.ts'
import type { ResponseCacheOptions } from './options.ts'
import { lead, type Led } from './lead.ts'
import { type PassReason, type Plan, planOf } from './plan.ts'
import { type Recorded, type Recording, Unfinished } from './recording.ts'
import { Refusals } from './refusals.ts'
import { nothingStored } from './reply.ts'
import { noteOutcome, reportFields } from './report.ts'
import { suffices } from './request-directives.ts'
import type { RequestView } from './request-view.ts'
import { digestOf, Places } from './response-key.ts'
import { ageOf, fits, isOutdated, isWithin, type Search, selects } from './search.ts'
import { resolveSettings, type Settings } from './settings.ts'
import { selectingOf, type StoredResponse, storedResponse } from './stored-response.ts'
import { LONGEST_MS } from './time.ts'
import { Variants } from './variant.ts'

/** A follower of a response that was not finished asks again so many times; then it has its own made. */
const MOST_TRIES = 3

/**
 * The responses of one route. `lookup` says what to do with a request; it never rejects, and trouble in the cache makes it say that the
 * handler is to run.
 */
export class ResponseCache<Req> {
  readonly #settings: Settings<Req>
  readonly #cache: Cache
  readonly #places: Places
  readonly #variants = new Variants()
  readonly #refusals = new Refusals()
  readonly #answers: Answers<Req>
  readonly #replays = new WeakMap<object, (view: RequestView<Req>) => Lookup>()
  readonly #call: { readonly [swr in 'fresh' | 'swr' | 'plain']: object }

  /** Use `responseCache`. */
  constructor(cache: Cache, settings: Settings<Req>) {
    this.#settings = settings
    this.#cache = cache.namespace(settings.namespace)
    this.#places = new Places(settings)
    this.#answers = new Answers(settings)
    const { waitMs } = settings
    // What a loader decides replaces these; a copy that memory takes from Redis must not live shorter than Redis says.
    const call = {
      ttl: LONGEST_MS,
      grace: LONGEST_MS,
      refreshAhead: 0,
      timeouts: { soft: waitMs, hard: waitMs },
    } as const
    this.#call = {
      plain: { ...call, swr: false },
      swr: { ...call, swr: true },
      fresh: { ...call, swr: false, fresh: true },
    }
  }

  /** What to do with a request: at once where memory has the answer, or the cache nothing to say; else a promise. */
  lookup(view: RequestView<Req>): Lookup | Promise<Lookup> {
    try {
      const replay = this.#replays.get(view.source)
      if (replay !== undefined) return replay(view)
      const plan = planOf(this.#settings, this.#places, view)
      if (typeof plan === 'string') return this.#pass(view, plan)
      return this.#hit(plan) ?? this.#search(plan).catch((error: unknown) => this.#trouble(view, error))
    } catch (error) {
      return this.#trouble(view, error)
    }
  }

  #trouble(view: RequestView<Req>, error: unknown): Lookup {
    const text = error instanceof Error ? error.message : String(error)
    process.emitWarning(`A request went past the cache: ${text}`, 'TiercacheWarning')
    return this.#pass(view, 'error')
  }

  /** The answer that memory has, if it will do. */
  #hit(plan: Plan<Req>): Lookup | undefined {
    const entry = this.#cache.getEntrySync(plan.key)
    const stored = entry && storedResponse(entry.value)
    if (entry === undefined || stored === undefined) return undefined
    if (!fits(plan, stored) || isOutdated(plan, entry, stored)) return undefined
    return this.#answers.of(plan, plan.key, entry, stored, 'hit')
  }

  #search(plan: Plan<Req>): Promise<Lookup> {
    return plan.view.method === 'HEAD' || plan.wanted.onlyIfCached
      ? this.#peek(plan)
      : this.#seek(plan, plan.key)
  }

  /**
   * By what is stored, where each response says itself whether it may be answered stale, or is kept for longer than it may be; else `swr`
   * holds for all, and one look-up does.
   */
  async #seek(plan: Plan<Req>, key: string): Promise<Lookup> {
    const { ttl, swrMs } = this.#settings
    const search = { key, tries: 0, swr: plan.view.replay !== undefined && swrMs > 0, reload: false }
    const isKeptLonger = ttl === 'headers' || (typeof ttl === 'object' && search.swr)
    if (!isKeptLonger) return this.#find(plan, search)
    const entry = await this.#cache.getEntry(key)
    const stored = entry && storedResponse(entry.value)
    if (entry === undefined || stored === undefined) return this.#find(plan, { ...search, swr: false })
    if (!entry.stale) return this.#answer(plan, { ...search, swr: false }, entry)
    const swr = plan.view.replay !== undefined && isWithin(entry, stored, stored.swrMs)
    return this.#find(plan, { ...search, swr })
  }

  /** From the cache alone: what is not there, HEAD asks the handler for, and `only-if-cached` nobody. */
  async #peek(plan: Plan<Req>): Promise<Lookup> {
    const entry = await this.#cache.getEntry(plan.key)
    const stored = entry && storedResponse(entry.value)
    if (entry && stored && !entry.stale && fits(plan, stored) && !isOutdated(plan, entry, stored)) {
      return this.#answers.of(plan, plan.key, entry, stored, 'hit')
    }
    if (plan.view.method === 'HEAD' && !plan.wanted.onlyIfCached) return this.#pass(plan.view, 'method')
    noteOutcome(plan.view.source, 'pass', plan.key)
    return { kind: 'reply', reply: nothingStored() }
  }

  /** Looks up, joins who has the response made, or becomes the one who has it made. */
  #find(plan: Plan<Req>, search: Search): Promise<Lookup> {
    if (this.#refusals.inTheWay(search.key)) return Promise.resolve(this.#pass(plan.view, 'refused'))
    const { promise, resolve } = Promise.withResolvers<Lookup>()
    let open = true
    const settle = (lookup: Lookup | Promise<Lookup>): void => {
      if (open) resolve(lookup)
      open = false
    }
    const attempt = (answer: () => Lookup | Promise<Lookup>): void => {
      if (!open) return
      try {
        settle(answer())
      } catch {
        settle(this.#pass(plan.view, 'error'))
      }
    }
    const load = async (context: LoadContext): Promise<StoredResponse | undefined> => {
      // A stale answer to this very call is on its way; after this turn it has been given, and the load is one behind it.
      if (search.swr) await turn()
      const known = search.known?.value ?? context.stale
      const recorded = await (open
        ? this.#lead(plan, search, known, settle)
        : this.#refresh(plan, search, known))
      if (recorded === undefined) return undefined
      context.setTtl(recorded.ttl)
      context.setGrace(Math.round(recorded.graceMs))
      context.setTags(recorded.tags)
      return recorded.stored
    }
    const call = search.reload ? this.#call.fresh : search.swr ? this.#call.swr : this.#call.plain
    this.#cache.getOrSetEntry<StoredResponse | undefined>(search.key, load, call).then(
      entry => attempt(() => this.#answer(plan, search, entry)),
      (error: unknown) => attempt(() => this.#failed(plan, search, error)),
    )
    return promise
  }

  /** What a stored response, or one made for somebody else meanwhile, does for this request. */
  #answer(plan: Plan<Req>, search: Search, entry: EntryView | undefined): Lookup | Promise<Lookup> {
    const { view } = plan
    const stored = entry && storedResponse(entry.value)
    if (entry === undefined || stored === undefined) return this.#pass(view, 'refused')
    if (plan.identity.credentialed && !stored.shared) return this.#pass(view, 'credentials')
    if (!selects(plan, stored)) return this.#variant(plan, search, stored)
    if (!entry.stale && !isOutdated(plan, entry, stored)) {
      return this.#answers.of(plan, search.key, entry, stored, 'hit')
    }
    if (!entry.stale) {
      const tries = search.tries + 1
      if (tries > MOST_TRIES) return this.#pass(view, 'refused')
      return this.#find(plan, { ...search, tries, swr: false, reload: true, known: entry })
    }
    const leftS = (stored.ttlMs - entry.ageMs) / 1000
    const willDo = isWithin(entry, stored, stored.swrMs) && suffices(plan.wanted, ageOf(entry, stored), leftS)
    if (search.swr && willDo) return this.#answers.of(plan, search.key, entry, stored, 'stale')
    if (search.swr) return this.#find(plan, { ...search, swr: false })
    if (isWithin(entry, stored, stored.sieMs))
      return this.#answers.of(plan, search.key, entry, stored, 'stale')
    return this.#pass(view, 'refused')
  }

  #failed(plan: Plan<Req>, search: Search, error: unknown): Lookup | Promise<Lookup> {
    if (error instanceof Unfinished && search.tries < MOST_TRIES) {
      return this.#find(plan, { ...search, tries: search.tries + 1 })
    }
    return this.#pass(plan.view, 'error')
  }

  /** Runs the handler for this request and everybody who waits. */
  #lead(
    plan: Plan<Req>,
    search: Search,
    stale: unknown,
    settle: (lookup: Lookup) => void,
  ): Promise<Recorded | undefined> | undefined {
    if (search.key !== plan.primary && !this.#variants.admits(plan.primary, search.key)) {
      settle(this.#pass(plan.view, 'variants'))
      return undefined
    }
    const { lookup, recording } = this.#record(plan, plan.view, search, stale)
    settle(lookup)
    return recording.result
  }

  /** Has a stale response made anew behind its answer, by sending the request through the server again. */
  async #refresh(plan: Plan<Req>, search: Search, stale: unknown): Promise<Recorded | undefined> {
    let recording: Recording<Req> | undefined
    await plan.view.replay?.(source =>
      this.#replays.set(source, view => {
        const made = this.#record(plan, view, search, stale)
        recording = made.recording
        return made.lookup
      }),
    )
    recording?.abort()
    return recording?.result
  }

  #record(plan: Plan<Req>, view: RequestView<Req>, search: Search, stale: unknown): Led<Req> {
    const found = storedResponse(stale)
    const known = found !== undefined && fits(plan, found) ? found : undefined
    const key = this.#shown(search.key)
    const led = lead(this.#settings, this.#cache.name, { plan, view, search, known, key }, (why, headers) => {
      this.#refusals.note(search.key)
      if (why === 'vary') this.#refusals.tellVary(key, headers)
    })
    this.#refusals.leads(search.key, led.recording.result)
    return led
  }

  /** The same URL, another variant: it has a key of its own. */
  #variant(plan: Plan<Req>, search: Search, { vary = [] }: StoredResponse): Lookup | Promise<Lookup> {
    if (search.key !== plan.key) return this.#pass(plan.view, 'variants')
    const key = `${plan.key}:v=${digestOf(JSON.stringify(vary) + selectingOf(vary, plan.view.headers))}`
    return this.#seek(plan, key)
  }

  #pass(view: RequestView<Req>, reason: PassReason): Lookup {
    noteOutcome(view.source, 'pass', undefined)
    const fwd = reason === 'method' ? 'method' : 'bypass'
    const fields = this.#settings.headers
      ? reportFields({ outcome: 'pass', key: undefined, status: `fwd=${fwd}; detail=${reason}` })
      : []
    const capture = this.#settings.ttl === 'headers' ? forgetting(this.#cache, view) : undefined
    return { kind: 'run', capture, fields }
  }

  #shown(key: string): string {
    return `${this.#settings.namespace}:${key}`
  }
}

/** The cache of a route's responses, for a binding. Throws `CacheError` for options that are not valid. */
export function responseCache<Req>(
  cache: Cache,
  options: ResponseCacheOptions<Req> = {},
): ResponseCache<Req> {
  return new ResponseCache(cache, resolveSettings(options))
}

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
