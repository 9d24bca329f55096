import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { namespacePrefix, idOf } from '../../src/key.ts'
import { Glob } from '../../src/glob.ts'
import { createPolicies, type TypeOptions } from '../../src/policies.ts'
import {
  checkCallOptions,
  checkTags,
  DEFAULT_POLICY,
  lifetimeOf,
  type LifeOptions,
  type Policy,
  resolvePolicy,
  type TtlPolicy,
} from '../../src/policy.ts'
import { errorOf, NO_CHANCE } from './support.ts'

const resolve = (options: unknown, defaults: Policy = DEFAULT_POLICY, path?: string): Policy =>
  resolvePolicy(options as LifeOptions<never>, defaults, path)
const minutes = (n: number): { memoryMs: number; redisMs: number } => ({
  memoryMs: n * 60_000,
  redisMs: n * 60_000,
})
const CONTEXT = { key: 'k', tags: [], loadMs: 0, notModified: false, previous: undefined }

describe('options over defaults', () => {
  test('without options they are the documented defaults', () => {
    expect(resolve({})).toStrictEqual({
      ttl: minutes(5),
      negativeTtl: undefined,
      jitter: 0.1,
      graceMs: 0,
      swr: false,
      refreshAhead: 0,
      softMs: undefined,
      hardMs: 10_000,
    })
  })

  test('every option is taken, in ms, and what is left out is inherited', () => {
    const all = resolve({
      ttl: '1m',
      jitter: 0,
      grace: '2m',
      swr: true,
      refreshAhead: 0.8,
      negativeTtl: '3m',
      timeouts: { soft: '4s', hard: '5s' },
    })
    expect(all).toStrictEqual({
      ttl: minutes(1),
      negativeTtl: minutes(3),
      jitter: 0,
      graceMs: 120_000,
      swr: true,
      refreshAhead: 0.8,
      softMs: 4000,
      hardMs: 5000,
    })
    expect(resolve({}, all)).toStrictEqual(all)
    expect(resolve({ timeouts: { hard: '6s' } }, all)).toStrictEqual({ ...all, hardMs: 6000 })
    expect(Object.isFrozen(all)).toBe(true)
  })

  test.each<[string, unknown, string, string]>([
    ['ttl', 0, 'E_TTL', 'ttl'],
    ['ttl', null, 'E_TTL', 'ttl'],
    ['ttl', 'soon', 'E_TTL', 'ttl'],
    ['ttl', { memory: '5 apples' }, 'E_TTL', 'ttl.memory'],
    ['ttl', { redis: -1 }, 'E_TTL', 'ttl.redis'],
    ['ttl', { l1: '5m' }, 'E_OPTION', 'ttl.l1'],
    ['ttl', [], 'E_TTL', 'ttl'],
    ['ttl', { memory: '1h', redis: '1m' }, 'E_OPTION', 'ttl.memory'],
    ['jitter', -0.1, 'E_OPTION', 'jitter'],
    ['jitter', 1.1, 'E_OPTION', 'jitter'],
    ['jitter', '10%', 'E_OPTION', 'jitter'],
    ['jitter', Number.NaN, 'E_OPTION', 'jitter'],
    ['grace', '-1s', 'E_TTL', 'grace'],
    ['grace', true, 'E_TTL', 'grace'],
    ['swr', 1, 'E_OPTION', 'swr'],
    ['swr', 'true', 'E_OPTION', 'swr'],
    ['swr', true, 'E_OPTION', 'swr'],
    ['refreshAhead', 2, 'E_OPTION', 'refreshAhead'],
    ['refreshAhead', '80%', 'E_OPTION', 'refreshAhead'],
    ['negativeTtl', 0, 'E_TTL', 'negativeTtl'],
    ['negativeTtl', () => '5m', 'E_TTL', 'negativeTtl'],
    ['timeouts', { soft: 0 }, 'E_TTL', 'timeouts.soft'],
    ['timeouts', { hard: 'never' }, 'E_TTL', 'timeouts.hard'],
    ['timeouts', { soft: '11s' }, 'E_OPTION', 'timeouts.soft'],
    ['timeouts', { sotf: '1s' }, 'E_OPTION', 'timeouts.sotf'],
    ['timeouts', '10s', 'E_OPTION', 'timeouts'],
  ])('%s: %o is refused by its path', (name, value, code, path) => {
    expect(errorOf(() => resolve({ [name]: value }))).toMatchObject({ code, path })
    const prefixed = errorOf(() => resolve({ [name]: value }, DEFAULT_POLICY, 'types.user'))
    expect(prefixed).toMatchObject({ code, path: `types.user.${path}` })
    expect(prefixed.message).toContain(`types.user.${path}`)
  })

  test('the error has the value that was given', () => {
    expect(errorOf(() => resolve({ jitter: 7 })).value).toBe(7)
    expect(errorOf(() => resolve({ ttl: { memory: '2h', redis: '1h' } })).value).toBe('2h')
    expect(errorOf(() => resolve({ timeouts: { soft: '1m' } })).value).toBe('1m')
  })

  test('what contradicts a default is refused by the name of what was given', () => {
    const soft = resolve({ timeouts: { soft: '5s' } })
    expect(errorOf(() => resolve({ timeouts: { hard: '1s' } }, soft))).toMatchObject({
      code: 'E_OPTION',
      path: 'timeouts.hard',
      value: '1s',
    })
    const swr = resolve({ swr: true, grace: '1m' })
    expect(errorOf(() => resolve({ grace: 0 }, swr))).toMatchObject({
      code: 'E_OPTION',
      path: 'grace',
      value: 0,
    })
    expect(resolve({ swr: false, grace: 0 }, swr)).toMatchObject({ swr: false, graceMs: 0 })
  })
})

describe('a ttl per tier', () => {
  test.each<[string, unknown, number, number]>([
    ['both', { memory: '30s', redis: '1h' }, 30_000, 3_600_000],
    ['memory alone, shorter than the default of Redis', { memory: '30s' }, 30_000, 300_000],
    ['memory alone, longer than the default of Redis', { memory: '10m' }, 600_000, 600_000],
    ['Redis alone, longer than the default of memory', { redis: '1h' }, 300_000, 3_600_000],
    ['Redis alone, shorter than the default of memory', { redis: '10s' }, 10_000, 10_000],
    ['neither', {}, 300_000, 300_000],
  ])('%s', (_, ttl, memoryMs, redisMs) => {
    expect(resolve({ ttl }).ttl).toStrictEqual({ memoryMs, redisMs })
  })

  test('memory never outlives Redis', () => {
    const duration = fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: undefined })
    const pair = fc.record({ memory: duration, redis: duration })
    fc.assert(
      fc.property(pair, pair, (first, second) => {
        let policy: Policy
        try {
          policy = resolve({ ttl: second }, resolve({ ttl: first }))
        } catch (error) {
          expect((error as { path: string }).path).toBe('ttl.memory')
          return
        }
        const { memoryMs, redisMs } = policy.ttl as { memoryMs: number; redisMs: number }
        expect(memoryMs).toBeLessThanOrEqual(redisMs)
        if (second.memory !== undefined) expect(memoryMs).toBe(second.memory)
        if (second.redis !== undefined) expect(redisMs).toBe(second.redis)
      }),
    )
  })
})

describe('the lifetime of a value', () => {
  test('is its ttl less at most its share of jitter, never under 1 ms', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 315_360_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (ttl, jitter, chance) => {
          const { memoryMs, redisMs } = lifetimeOf(resolve({ ttl, jitter }), 1, CONTEXT, () => chance)
          expect(Number.isInteger(memoryMs)).toBe(true)
          expect(redisMs).toBe(memoryMs)
          expect(memoryMs).toBeLessThanOrEqual(ttl)
          expect(memoryMs).toBeGreaterThanOrEqual(Math.max(1, Math.floor(ttl * (1 - jitter))))
        },
      ),
    )
  })

  test('memory does not outlive Redis by chance', () => {
    let call = 0
    const odd = (): number => (call++ % 2 === 0 ? 0 : 0.99)
    const { memoryMs, redisMs } = lifetimeOf(resolve({ ttl: '5m', jitter: 0.5 }), 1, CONTEXT, odd)
    expect(memoryMs).toBeLessThanOrEqual(redisMs)
  })

  test('null has its own where one is given; undefined, 0 and false have not', () => {
    const policy = resolve({ ttl: '5m', negativeTtl: '1m' })
    const of = (value: unknown, from = policy): number => lifetimeOf(from, value, CONTEXT, NO_CHANCE).redisMs
    expect(of(null)).toBe(60_000)
    expect([0, false, '', undefined].map(value => of(value))).toStrictEqual([
      300_000, 300_000, 300_000, 300_000,
    ])
    expect(of(null, resolve({ ttl: '5m' }))).toBe(300_000)
  })

  test('a ttl policy sees value and context, and may answer per tier', () => {
    const ttl: TtlPolicy = (value, context) => {
      expect([value, context]).toStrictEqual([7, { ...CONTEXT, tags: ['t'], loadMs: 3 }])
      return { memory: '1s', redis: '1m' }
    }
    const life = lifetimeOf(resolve({ ttl }), 7, { ...CONTEXT, tags: ['t'], loadMs: 3 }, NO_CHANCE)
    expect(life).toStrictEqual({ memoryMs: 1000, redisMs: 60_000 })
  })

  test('a ttl policy may have 20 bytes kept with the value, and no more', () => {
    const deciding = (state: unknown): Policy => resolve({ ttl: () => ({ ttl: '1s', state }) })
    const state = new Uint8Array(20)
    expect(lifetimeOf(deciding(state), 1, CONTEXT, NO_CHANCE)).toStrictEqual({
      memoryMs: 1000,
      redisMs: 1000,
      state,
    })
    for (const bad of [new Uint8Array(21), 'text', undefined])
      expect(errorOf(() => lifetimeOf(deciding(bad), 1, CONTEXT, NO_CHANCE))).toMatchObject({
        code: 'E_OPTION',
        path: 'ttl.state',
      })
  })

  test.each([['never'], [undefined], [0], [Number.NaN], [() => '1m']])(
    'a ttl policy that answers %o fails',
    answer => {
      const policy = resolve({ ttl: () => answer })
      expect(errorOf(() => lifetimeOf(policy, 1, CONTEXT, NO_CHANCE))).toMatchObject({
        code: 'E_TTL',
        path: 'ttl',
      })
    },
  )

  test('what a ttl policy throws is thrown as it is', () => {
    const mine = new Error('mine')
    const policy = resolve({
      ttl: () => {
        throw mine
      },
    })
    expect(() => lifetimeOf(policy, 1, CONTEXT, NO_CHANCE)).toThrow(mine)
  })
})

describe('options of a call', () => {
  test('every documented name is known, any other is refused with those that exist', () => {
    checkCallOptions({
      ttl: 1,
      jitter: 0,
      grace: 0,
      swr: false,
      refreshAhead: 0,
      negativeTtl: 1,
      timeouts: {},
      tags: [],
      fresh: true,
      strict: true,
    })
    const error = errorOf(() => checkCallOptions({ tll: '5m' }))
    expect(error).toMatchObject({ code: 'E_OPTION', path: 'tll' })
    expect(error.message).toContain('ttl, jitter, grace')
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(errorOf(() => checkCallOptions(JSON.parse(`{"${name}":1}`) as object)).path).toBe(name)
    }
  })

  test('tags are named once, 64 of them at most', () => {
    expect(checkTags(undefined)).toStrictEqual([])
    expect(checkTags(['a', 'b', 'a'])).toStrictEqual(['a', 'b'])
    const many = Array.from({ length: 65 }, (_, i) => `t${i}`)
    expect(checkTags(many.slice(1))).toHaveLength(64)
    expect(checkTags([...many.slice(1), ...many.slice(1)])).toHaveLength(64)
    expect(errorOf(() => checkTags(many))).toMatchObject({ code: 'E_OPTION', path: 'tags' })
    expect(errorOf(() => checkTags('a' as never))).toMatchObject({
      code: 'E_OPTION',
      path: 'tags',
      value: 'a',
    })
    expect(errorOf(() => checkTags(['a', '']))).toMatchObject({ code: 'E_KEY', path: 'tags', value: '' })
  })
})

describe('defaults by type', () => {
  const ttlOf = (types: TypeOptions, id: string): unknown => createPolicies(DEFAULT_POLICY, types).of(id).ttl
  const in7 = minutes(7)
  const in5 = minutes(5)

  test.each<[string, TypeOptions, string, object]>([
    ['the first segment', { user: '7m' }, 'user:1', in7],
    ['a key of one segment', { user: '7m' }, 'user', in7],
    ['whole segments only', { user: '7m' }, 'users:1', in5],
    ['a later segment is no type', { user: '7m' }, 'a:user', in5],
    ['the own part within namespaces', { user: '7m' }, '@shop:@eu:user:1', in7],
    ['a namespace is no type', { '@shop': '7m', shop: '7m' }, '@shop:user:1', in5],
    ['a hashed key', { user: '7m' }, idOf('', ['user', 'x'.repeat(2000)]), in7],
    ['a pattern', { 'user:*:posts': '7m' }, 'user:1:posts', in7],
    ['a pattern holds for the whole key', { 'user:*': '7m' }, 'old:user:1', in5],
    ['a pattern is literal but for its marks', { 'a.c*': '7m' }, 'abc', in5],
    ['a pattern within a namespace', { 'user:*': '7m' }, `${namespacePrefix('', 'shop')}user:1`, in7],
    ['a pattern and a key with an @', { 'user:*': '7m' }, 'user:bob@example.com:posts', in7],
    [
      'a pattern and a key with an @ within a namespace',
      { 'user:*': '7m' },
      '@shop:user:bob@example.com',
      in7,
    ],
    ['a pattern and a hashed key', { 'user:*': '7m' }, idOf('', ['user', 'x'.repeat(2000)]), in7],
    ['the name before a pattern', { 'user*': '1m', user: '7m' }, 'user:1', in7],
    ['the first of two patterns', { '*:1': '7m', 'user:*': '1m' }, 'user:1', in7],
    ['names of Object.prototype', JSON.parse('{"__proto__":"7m"}') as TypeOptions, '__proto__:1', in7],
    ['no type by accident of Object.prototype', { user: '7m' }, 'constructor:1', in5],
  ])('%s', (_, types, id, ttl) => {
    expect(ttlOf(types, id)).toStrictEqual(ttl)
  })

  test('a type inherits the defaults, a call goes over its type', () => {
    const defaults = resolve({ ttl: '1m', grace: '9m', jitter: 0 })
    const policies = createPolicies(defaults, { search: { ttl: '5m', negativeTtl: '30s' } })
    expect(policies.of('search:1')).toMatchObject({
      ttl: in5,
      graceMs: 540_000,
      jitter: 0,
      negativeTtl: minutes(0.5),
    })
    expect(policies.of('search:1', { ttl: '2m' })).toMatchObject({
      ttl: minutes(2),
      graceMs: 540_000,
      negativeTtl: minutes(0.5),
    })
    expect(policies.of('other:1')).toBe(defaults)
  })

  test('a namespace goes over the defaults, and a type over it', () => {
    const policies = createPolicies(DEFAULT_POLICY, { user: '7m' }).over(
      { ttl: '2m', grace: '1m' },
      "namespace('a')",
    )
    expect(policies.of('@a:job:1')).toMatchObject({ ttl: minutes(2), graceMs: 60_000 })
    expect(policies.of('@a:user:1')).toMatchObject({ ttl: in7 })
  })

  test.each<[unknown, string, string]>([
    [{ user: 'soon' }, 'E_TTL', 'types.user.ttl'],
    [{ user: null }, 'E_TTL', 'types.user.ttl'],
    [{ user: { tll: 1 } }, 'E_OPTION', 'types.user.tll'],
    [{ user: { tags: ['a'] } }, 'E_OPTION', 'types.user.tags'],
    [{ 'a*': { swr: true } }, 'E_OPTION', 'types.a*.swr'],
    [['user'], 'E_OPTION', 'types'],
    ['user', 'E_OPTION', 'types'],
  ])('types %o are refused by the name of the type', (types, code, path) => {
    expect(errorOf(() => createPolicies(DEFAULT_POLICY, types as TypeOptions))).toMatchObject({ code, path })
  })

  test('defaults of a namespace are checked by name', () => {
    const policies = createPolicies(DEFAULT_POLICY)
    expect(errorOf(() => policies.over({ fresh: true } as never, "namespace('a')"))).toMatchObject({
      code: 'E_OPTION',
      path: "namespace('a').fresh",
    })
  })
})

test('a glob is literal but for * and ?', () => {
  const text = fc
    .array(fc.constantFrom(...Array.from('ab*?.+^${}()|[]\\-/\n😀')), { maxLength: 8 })
    .map(list => list.join(''))
  const matches = (glob: string, given: string): boolean => {
    // The textbook definition, by code points.
    const [head, ...rest] = Array.from(glob)
    const chars = Array.from(given)
    if (head === undefined) return given === ''
    if (head === '*')
      return (
        chars.some((_, i) => matches(rest.join(''), chars.slice(i).join(''))) || matches(rest.join(''), '')
      )
    return (
      chars.length > 0 &&
      (head === '?' || head === chars[0]) &&
      matches(rest.join(''), chars.slice(1).join(''))
    )
  }
  fc.assert(
    fc.property(text, text, (glob, given) => {
      expect(new Glob(glob).matches(given)).toBe(matches(glob, given))
    }),
  )
})
