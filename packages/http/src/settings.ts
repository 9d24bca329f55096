import { CacheError, type TtlPolicy } from '@tiercache/core'
import {
  checkNames,
  type Duration,
  flag,
  optionError,
  parseBytes,
  parseDurationOrZero,
} from '@tiercache/core/options'
import { functionOrNone, stringList } from './option-shapes.ts'
import {
  OPTION_NAMES,
  type BodySerializer,
  type ResponseCacheOptions,
  type ResponseView,
  type VaryRule,
} from './options.ts'
import { isResponsePolicy, policyIn } from './response-policy.ts'
import { type HttpClock, systemTime } from './time.ts'

/** How long a response is fresh, in ms, or who decides it. */
export type ResponseTtl = number | { readonly policy: TtlPolicy<ResponseView> }

/** The options of a route, all valid, in ms and bytes. */
export interface Settings<Req> {
  readonly namespace: string
  readonly ttl: number | 'headers' | ResponseTtl | ((request: Req) => ResponseTtl)
  readonly negativeMs: number
  readonly swrMs: number
  readonly sieMs: number
  readonly keepMs: number
  readonly heuristic: number
  readonly byUser: boolean | ((request: Req) => string | number | undefined)
  readonly private: boolean | undefined
  readonly varyQuery: ReadonlySet<string> | undefined
  readonly varyHeaders: ReadonlyMap<string, VaryRule | undefined>
  readonly unkeyedHeaders: readonly string[]
  readonly hosts: ReadonlySet<string> | undefined
  readonly key: ResponseCacheOptions<Req>['key']
  readonly skip: ResponseCacheOptions<Req>['skip']
  readonly tags: ResponseCacheOptions<Req>['tags']
  readonly statuses: ReadonlySet<number>
  readonly maxBodyBytes: number
  readonly requestDirectives: boolean
  readonly headers: boolean
  readonly serializer: BodySerializer | undefined
  readonly waitMs: number
  readonly clock: HttpClock
}

const STATUSES = [200, 203, 301, 308, 404, 410]
const STATUSES_BY_HEADERS = [...STATUSES, 300, 302, 307, 405, 414]

/** Checks every option. Throws `CacheError` `E_OPTION` or `E_TTL` that names the option, its value and the remedy. */
export function resolveSettings<Req>(options: ResponseCacheOptions<Req>): Settings<Req> {
  checkNames(options, OPTION_NAMES, 'options')
  const ttl = ttlOf(options.ttl)
  const byUser = byUserOf(options.byUser)
  const tags = options.tags
  if (tags !== undefined && typeof tags !== 'function') stringList(tags, 'tags')
  return {
    namespace: namespaceOf(options.namespace),
    ttl,
    negativeMs: parseDurationOrZero(options.negativeTtl ?? '30s', 'negativeTtl'),
    swrMs: parseDurationOrZero(options.swr ?? 0, 'swr'),
    sieMs: parseDurationOrZero(options.staleIfError ?? 0, 'staleIfError'),
    keepMs: parseDurationOrZero(options.keep ?? '1h', 'keep'),
    heuristic: heuristicOf(options.heuristic),
    byUser,
    private: privateOf(options.private, byUser !== false),
    varyQuery: options.varyQuery && new Set(stringList(options.varyQuery, 'varyQuery')),
    varyHeaders: varyOf(options.varyHeaders),
    unkeyedHeaders: lower(stringList(options.unkeyedHeaders ?? [], 'unkeyedHeaders')),
    hosts: options.hosts && new Set(lower(stringList(options.hosts, 'hosts'))),
    key: functionOrNone(options.key, 'key'),
    skip: functionOrNone(options.skip, 'skip'),
    tags,
    statuses: statusesOf(options.statuses ?? (ttl === 'headers' ? STATUSES_BY_HEADERS : STATUSES)),
    maxBodyBytes: parseBytes(options.maxBodyBytes ?? '1mb', 'maxBodyBytes'),
    requestDirectives: flag(options.requestDirectives, true, 'requestDirectives'),
    headers: flag(options.headers, process.env['NODE_ENV'] !== 'production', 'headers'),
    serializer: serializerOf(options.serializer),
    waitMs: Math.max(1, parseDurationOrZero(options.wait ?? '10s', 'wait')),
    clock: options.clock ?? systemTime,
  }
}

function ttlOf<Req>(ttl: ResponseCacheOptions<Req>['ttl']): Settings<Req>['ttl'] {
  if (ttl === 'headers') return ttl
  if (isResponsePolicy(ttl)) return { policy: ttl.policy }
  if (policyIn(ttl) !== undefined) throw optionError('ttl.policy', policyIn(ttl), 'must be a function')
  if (typeof ttl === 'function') return request => decidedBy(ttl(request))
  const ms = parseDurationOrZero(ttl ?? '5m', 'ttl')
  if (ms === 0)
    throw new CacheError('E_TTL', 'ttl: 0 caches nothing. Leave the route without a cache instead.', {
      path: 'ttl',
      value: ttl,
    })
  return ms
}

function decidedBy(ttl: unknown): ResponseTtl {
  if (isResponsePolicy(ttl)) return { policy: ttl.policy }
  if (typeof ttl === 'function') return { policy: ttl as TtlPolicy<ResponseView> }
  return parseDurationOrZero(ttl as Duration, 'ttl')
}

function namespaceOf(name: unknown = 'http'): string {
  if (typeof name === 'string' && name !== '' && name.length <= 128) return name
  throw optionError('namespace', name, 'must be a string of 1 to 128 characters')
}

function heuristicOf(share: unknown = 0): number {
  if (typeof share === 'number' && share >= 0 && share <= 1) return share
  throw optionError('heuristic', share, 'must be a number from 0 to 1')
}

function byUserOf<Req>(byUser: ResponseCacheOptions<Req>['byUser'] = false): Settings<Req>['byUser'] {
  if (typeof byUser === 'boolean' || typeof byUser === 'function') return byUser
  throw optionError('byUser', byUser, 'must be true, false or a function that names the user')
}

function privateOf(value: unknown, byUser: boolean): boolean | undefined {
  if (value === undefined) return byUser ? true : undefined
  if (typeof value !== 'boolean') throw optionError('private', value, 'must be true or false')
  if (value && !byUser)
    throw optionError('private', value, 'needs byUser, so that each user has a response of their own')
  return value
}

function varyOf(rules: ResponseCacheOptions['varyHeaders']): ReadonlyMap<string, VaryRule | undefined> {
  if (rules === undefined) return new Map()
  if (Array.isArray(rules))
    return new Map(lower(stringList(rules, 'varyHeaders')).map(name => [name, undefined]))
  checkNames(rules, Object.keys(rules), 'varyHeaders')
  return new Map(
    Object.entries(rules).map(([name, rule]: [string, VaryRule]) => {
      if (typeof rule !== 'function') stringList(rule, `varyHeaders.${name}`)
      return [name.toLowerCase(), rule]
    }),
  )
}

function statusesOf(statuses: readonly number[]): ReadonlySet<number> {
  for (const status of Array.isArray(statuses) ? statuses : [statuses]) {
    const may =
      Number.isInteger(status) && status >= 200 && status <= 499 && ![204, 206, 304].includes(status)
    if (!may)
      throw optionError(
        'statuses',
        status,
        'must be statuses from 200 to 499 without 204, 206 and 304, which are never stored',
      )
  }
  return new Set(statuses)
}

function serializerOf(serializer: BodySerializer | undefined): BodySerializer | undefined {
  if (serializer === undefined) return undefined
  if (typeof serializer?.serialize === 'function' && typeof serializer.deserialize === 'function')
    return serializer
  throw optionError('serializer', serializer, 'must have the functions serialize and deserialize')
}

function lower(names: readonly string[]): string[] {
  return names.map(name => name.toLowerCase())
}
