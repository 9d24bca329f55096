import type { TtlPolicy } from '@tiercache/core'
import type { Capture, HeadStep } from './capture.ts'
import { fieldOf, type HeaderMap, mapOf, storedFields } from './headers.ts'
import type { ResponseView } from './options.ts'
import { type Asker, clientHas, type Reply, replyOf } from './reply.ts'
import { type CacheOutcome, reportFields } from './report.ts'
import { digestOf } from './response-key.ts'
import { lifetimePolicy } from './response-policy.ts'
import type { Settings } from './settings.ts'
import { type StoredResponse, updatedFields } from './stored-response.ts'
import { type Asked, type Life, type Refusal, verdictOf } from './verdict.ts'

/** A response to be stored. */
export interface Recorded {
  readonly stored: StoredResponse
  readonly ttl: number | TtlPolicy
  readonly graceMs: number
  readonly tags: readonly string[]
}

/** The response did not come to its end: the client went, or the handler gave up. */
export class Unfinished extends Error {}

/** The handler failed, with a status from 500 up. */
class HandlerFailed extends Error {}

/** What a recording is about. */
export interface RecordingPlan<Req> {
  readonly settings: Settings<Req>
  readonly asked: Omit<Asked, 'nowMs'>
  /** Decides how long the response is fresh, within what `asked` allows. */
  readonly policy: TtlPolicy<ResponseView> | undefined
  /** The handler failed. */
  readonly failed: () => void
  readonly asker: Asker
  /** As shown in headers. */
  readonly key: string
  /** Why the handler runs: the `fwd` of `Cache-Status`. */
  readonly fwd: 'uri-miss' | 'stale' | 'request'
  /** A stale response, to be revalidated or to stand in for an error. */
  readonly known: StoredResponse | undefined
  readonly tagsOf: (response: ResponseView) => readonly string[]
  readonly selectingOf: (names: readonly string[]) => string
  readonly refused: (why: Refusal, headers: HeaderMap) => void
  readonly outcome: (outcome: CacheOutcome) => void
}

/** Takes in one response and decides what becomes of it. `result` is what to store, `undefined` for nothing. */
export class Recording<Req> implements Capture {
  readonly result: Promise<Recorded | undefined>
  readonly #plan: RecordingPlan<Req>
  readonly #resolve: (recorded: Recorded | undefined) => void
  readonly #reject: (error: Error) => void
  #state: 'waiting' | 'recording' | 'over' = 'waiting'
  #status = 0
  #headers: HeaderMap = {}
  #life: Life | undefined
  #chunks: Buffer[] = []
  #bytes = 0
  #nowMs = 0

  constructor(plan: RecordingPlan<Req>) {
    const { promise, resolve, reject } = Promise.withResolvers<Recorded | undefined>()
    promise.catch(() => {})
    this.result = promise
    this.#plan = plan
    this.#resolve = resolve
    this.#reject = reject
  }

  head(status: number, headers: HeaderMap): HeadStep {
    const { known, settings } = this.#plan
    if (this.#state !== 'waiting') return { kind: 'send', fields: [] }
    this.#nowMs = settings.clock.wall()
    if (status === 304 && known !== undefined) return this.#renewed(known, headers)
    if (status >= 500) {
      this.#plan.failed()
      this.#over(() => this.#reject(new HandlerFailed(`the handler failed with ${status}`)))
      if (known !== undefined && this.#mayStandIn(known))
        return { kind: 'replace', reply: this.#standIn(known, status) }
    }
    const ours =
      settings.private === true && headers['cache-control'] === undefined ? ['cache-control', 'private'] : []
    const all = { ...headers, ...mapOf(ours) }
    const verdict = verdictOf(settings, this.#asked, status, all)
    this.#plan.outcome('miss')
    if (typeof verdict === 'string') {
      if (this.#state === 'waiting') this.#refuse(verdict, headers)
      return { kind: 'send', fields: [...ours, ...this.#report(verdict)] }
    }
    this.#state = 'recording'
    this.#status = status
    this.#headers = all
    this.#life = verdict
    return { kind: 'send', fields: [...ours, ...this.#report(undefined)] }
  }

  chunk(bytes: Uint8Array): void {
    if (this.#state !== 'recording') return
    this.#bytes += bytes.byteLength
    if (this.#bytes > this.#plan.settings.maxBodyBytes) return this.#refuse('too-large', this.#headers)
    this.#chunks.push(Buffer.from(bytes))
  }

  end(): undefined {
    if (this.#state === 'recording') this.#finish()
    else this.abort()
    return undefined
  }

  whole(status: number, headers: HeaderMap, body: Buffer): HeadStep {
    const step = this.head(status, headers)
    if (step.kind === 'replace' || this.#state !== 'recording') return step
    this.chunk(body)
    if (this.#state !== 'recording') return step
    const stored = this.#finish()
    if (stored === undefined) return step
    const fields =
      this.#headers['etag'] === undefined && stored.etag !== undefined
        ? [...step.fields, 'ETag', stored.etag]
        : step.fields
    if (status !== 200 || !clientHas(this.#plan.asker.headers, stored)) return { ...step, fields }
    return {
      kind: 'replace',
      reply: replyOf(stored, this.#plan.asker, fields.filter(notOfStored), undefined),
    }
  }

  abort(): void {
    this.#over(() => this.#reject(new Unfinished('the response was not finished')))
  }

  /** The handler says that what is known still holds (RFC 9111 §4.3.4). */
  #renewed(known: StoredResponse, headers: HeaderMap): HeadStep {
    const { settings, asker, key } = this.#plan
    const fields = updatedFields(known, storedFields(headers))
    const all = { ...mapOf(fields), ...(headers['age'] !== undefined && { age: headers['age'] }) }
    const life = verdictOf(settings, this.#asked, known.status, {
      ...all,
      date: headers['date'] ?? this.#date,
    })
    let stored: StoredResponse = { ...known, headers: fields }
    if (typeof life === 'string') this.#refuse(life, all)
    else {
      stored = this.#stored(life, fields, known.body, known.status)
      const response = { status: known.status, headers: all, body: known.body }
      this.#over(() => this.#resolve(this.#recorded(stored, life, response)))
    }
    this.#plan.outcome('hit')
    const report = reportFields({
      outcome: 'hit',
      key,
      leftS: this.#leftS(stored.ttlMs),
      status: 'fwd=stale; fwd-status=304',
    })
    const added = ['Age', String(stored.ageS), ...(settings.headers ? report : [])]
    return { kind: 'replace', reply: replyOf(stored, asker, added, settings.serializer) }
  }

  #mayStandIn({ atMs, ttlMs, sieMs }: StoredResponse): boolean {
    return sieMs > 0 && this.#nowMs - atMs - ttlMs < sieMs
  }

  #standIn(known: StoredResponse, status: number): Reply {
    const { settings, asker, key } = this.#plan
    this.#plan.outcome('stale')
    const report = reportFields({ outcome: 'stale', key, status: `fwd=stale; fwd-status=${status}` })
    const ageS = known.ageS + Math.max(0, Math.floor((this.#nowMs - known.atMs) / 1000))
    const added = ['Age', String(ageS), ...(settings.headers ? report : [])]
    return replyOf(known, asker, added, settings.serializer)
  }

  #finish(): StoredResponse | undefined {
    const told = fieldOf(this.#headers, 'content-length')
    const life = this.#life
    if (life === undefined || (told !== undefined && Number(told) !== this.#bytes)) {
      this.#refuse('incomplete', this.#headers)
      return undefined
    }
    try {
      const body =
        this.#chunks.length === 1 && this.#chunks[0] ? this.#chunks[0] : Buffer.concat(this.#chunks)
      const response = { status: this.#status, headers: this.#headers, body }
      const stored = this.#stored(
        life,
        this.#complete(body),
        this.#plan.settings.serializer?.serialize(body) ?? body,
        this.#status,
      )
      const recorded = this.#recorded(stored, life, response)
      this.#over(() => this.#resolve(recorded))
      return stored
    } catch (error) {
      this.#over(() => this.#resolve(undefined))
      const text = error instanceof Error ? error.message : String(error)
      process.emitWarning(`A response was not stored: ${text}`, 'TiercacheWarning')
      return undefined
    }
  }

  /** The fields to store: with the date and length that Node adds on its own, and a validator. */
  #complete(body: Buffer): string[] {
    const fields = storedFields(this.#headers)
    if (this.#headers['date'] === undefined) fields.push('date', this.#date)
    if (this.#headers['etag'] === undefined && this.#status === 200)
      fields.push('etag', `"${digestOf(body)}"`)
    fields.push('content-length', String(body.length))
    return fields
  }

  #stored(life: Life, headers: string[], body: Buffer, status: number): StoredResponse {
    const map = mapOf(headers)
    const etag = fieldOf(map, 'etag')
    const lastModified = fieldOf(map, 'last-modified')
    const { ageS, ttlMs, swrMs, sieMs, shared, noCache, vary } = life
    return {
      status,
      headers,
      body,
      ...(etag !== undefined && { etag }),
      ...(lastModified !== undefined && { lastModified }),
      atMs: this.#nowMs,
      ageS,
      ttlMs,
      swrMs,
      sieMs,
      shared,
      noCache,
      ...(vary.length > 0 && { vary, selecting: this.#plan.selectingOf(vary) }),
    }
  }

  get #asked(): Asked {
    return { ...this.#plan.asked, nowMs: this.#nowMs }
  }

  get #date(): string {
    return new Date(this.#nowMs).toUTCString()
  }

  /** Throws what `tags` throws. */
  #recorded(stored: StoredResponse, { graceMs }: Life, response: ResponseView): Recorded {
    const { policy, tagsOf } = this.#plan
    const ttl =
      policy === undefined ? Math.max(1, Math.round(stored.ttlMs)) : lifetimePolicy(policy, response, stored)
    return { stored, ttl, graceMs, tags: tagsOf(response) }
  }

  #report(refusal: Refusal | undefined): string[] {
    const { settings, key, fwd } = this.#plan
    if (!settings.headers) return []
    if (refusal !== undefined || this.#life === undefined) {
      return reportFields({
        outcome: 'miss',
        key,
        status: `fwd=${fwd}; stored=?0; detail=${refusal ?? 'none'}`,
      })
    }
    const leftS = this.#leftS(this.#life.ttlMs)
    return reportFields({ outcome: 'miss', key, leftS, date: this.#date, status: `fwd=${fwd}; stored` })
  }

  /** A policy decides when the response is complete, and its head was sent before that. */
  #leftS(ttlMs: number): number | undefined {
    return this.#plan.policy === undefined ? Math.round(ttlMs / 1000) : undefined
  }

  #refuse(why: Refusal, headers: HeaderMap): void {
    this.#over(() => this.#resolve(undefined))
    this.#plan.refused(why, headers)
  }

  #over(settle: () => void): void {
    this.#chunks = []
    if (this.#state !== 'over') settle()
    this.#state = 'over'
  }
}

function notOfStored(_: string, i: number, fields: readonly string[]): boolean {
  return !['cache-control', 'etag'].includes((fields[i - (i % 2)] ?? '').toLowerCase())
}
