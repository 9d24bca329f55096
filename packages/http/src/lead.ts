import type { TtlPolicy } from '@tiercache/core'
import type { Lookup } from './capture.ts'
import { exposedOf } from './exposed.ts'
import type { HeaderMap } from './headers.ts'
import type { ResponseView } from './options.ts'
import type { Plan } from './plan.ts'
import { Recording } from './recording.ts'
import { noteOutcome } from './report.ts'
import type { RequestView } from './request-view.ts'
import { originOf, urlTag } from './response-key.ts'
import type { Search } from './search.ts'
import type { ResponseTtl, Settings } from './settings.ts'
import { selectingOf, type StoredResponse } from './stored-response.ts'
import { LONGEST_MS } from './time.ts'
import type { Refusal } from './verdict.ts'

/** A request that has a response made, for itself and whoever waits. */
export interface Led<Req> {
  readonly lookup: Lookup
  readonly recording: Recording<Req>
}

/** What is led: `view` is the request itself, or its replay; `known` a stale response it may renew or have for an error. */
interface Leading<Req> {
  readonly plan: Plan<Req>
  readonly view: RequestView<Req>
  readonly search: Search
  readonly known: StoredResponse | undefined
  readonly key: string
}

/** Makes the recording of a response, and what the handler is to see. Throws what `ttl` throws. */
export function lead<Req>(
  settings: Settings<Req>,
  namespace: string,
  { plan, view, search, known, key }: Leading<Req>,
  refused: (why: Refusal, headers: HeaderMap) => void,
): Led<Req> {
  const byHeaders = settings.ttl === 'headers'
  const { user, credentialed } = plan.identity
  const ttl = ttlOf(settings, view)
  const policy = typeof ttl === 'object' ? ttl.policy : undefined
  const recording = new Recording<Req>({
    settings,
    asked: {
      ttlMs: typeof ttl === 'object' ? LONGEST_MS : ttl,
      learntMs: policy === undefined ? 0 : settings.keepMs,
      user,
      credentialed,
      authorized: view.headers['authorization'] !== undefined && view.headers['cookie'] === undefined,
      noStore: plan.wanted.noStore,
    },
    policy,
    failed: failing(settings, policy, key),
    asker: view,
    key,
    fwd: search.reload ? 'request' : known === undefined ? 'uri-miss' : 'stale',
    known,
    tagsOf: response => [
      ...routeTags(settings, view, response),
      ...(byHeaders
        ? [urlTag(namespace, originOf(view.scheme, view.host), view.url.split('?', 1)[0] ?? '')]
        : []),
    ],
    selectingOf: names => selectingOf(names, plan.view.headers),
    refused,
    outcome: outcome => noteOutcome(view.source, outcome, key),
  })
  const exposed = exposedOf(settings, view, plan.url, plan.variant, byHeaders ? known : undefined)
  return { recording, lookup: { kind: 'run', capture: recording, exposed, fields: [] } }
}

function ttlOf<Req>({ ttl }: Settings<Req>, { native }: RequestView<Req>): ResponseTtl | undefined {
  if (ttl === 'headers') return undefined
  return typeof ttl === 'function' ? ttl(native) : ttl
}

/** Tells a policy of a handler that fails, as core tells it of loaders. */
function failing<Req>(
  { clock }: Settings<Req>,
  policy: TtlPolicy<ResponseView> | undefined,
  key: string,
): () => void {
  if (policy?.failed === undefined) return () => {}
  const from = clock.precise()
  return () => {
    try {
      policy.failed?.({ key, loadMs: clock.precise() - from })
    } catch {}
  }
}

function routeTags<Req>(
  { tags = [] }: Settings<Req>,
  { native }: RequestView<Req>,
  response: ResponseView,
): readonly string[] {
  return typeof tags === 'function' ? tags(native, response) : tags
}
