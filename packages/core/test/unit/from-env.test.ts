import { describe, expect, test } from 'vitest'
import { EnvRedis, fromEnv } from '../../src/from-env.ts'
import { createCache } from '../../src/index.ts'
import { errorOf } from './support.ts'

type Env = Record<string, string | undefined>
const found = (env: Env): [unknown, string] => {
  const { target, source } = fromEnv(env)
  return [target, source]
}

describe('where Redis is', () => {
  test.each<[string, Env, unknown, string]>([
    ['nothing set: this process only', {}, undefined, 'none'],
    [
      'empty variables are as if not set',
      { REDIS_URL: '', REDIS_HOST: '', REDIS_CACHE_ENABLED: '' },
      undefined,
      'none',
    ],
    [
      'REDIS_URL goes first',
      {
        REDIS_URL: 'redis://a',
        REDIS_PRIVATE_URL: 'redis://b',
        UPSTASH_REDIS_URL: 'rediss://c',
        REDIS_HOST: 'd',
      },
      'redis://a',
      'REDIS_URL',
    ],
    [
      'then REDIS_PRIVATE_URL',
      { REDIS_PRIVATE_URL: 'redis://b', UPSTASH_REDIS_URL: 'rediss://c', REDIS_HOST: 'd' },
      'redis://b',
      'REDIS_PRIVATE_URL',
    ],
    [
      'then UPSTASH_REDIS_URL',
      { UPSTASH_REDIS_URL: 'rediss://c', REDIS_HOST: 'd' },
      'rediss://c',
      'UPSTASH_REDIS_URL',
    ],
    ['then REDIS_HOST', { REDIS_HOST: 'd' }, { host: 'd', port: 6379, db: 0 }, 'REDIS_HOST'],
    [
      'with its own port, database, user and password',
      { REDIS_HOST: 'd', REDIS_PORT: '7000', REDIS_DB: '3', REDIS_USERNAME: 'u', REDIS_PASSWORD: 'p' },
      { host: 'd', port: 7000, db: 3, username: 'u', password: 'p' },
      'REDIS_HOST',
    ],
    ['REDIS_PORT alone names no server', { REDIS_PORT: '7000' }, undefined, 'none'],
    [
      'an Upstash REST address beside a usable one does no harm',
      { REDIS_HOST: 'd', UPSTASH_REDIS_REST_URL: 'https://x' },
      { host: 'd', port: 6379, db: 0 },
      'REDIS_HOST',
    ],
  ])('%s', (_, env, target, source) => {
    expect(found(env)).toStrictEqual([target, source])
  })

  test.each(['false', 'FALSE', '0', 'no', 'off'])(
    'REDIS_CACHE_ENABLED=%s turns Redis off, whatever else is set',
    value => {
      expect(found({ REDIS_CACHE_ENABLED: value, REDIS_URL: 'https://not-even-valid' })).toStrictEqual([
        undefined,
        'REDIS_CACHE_ENABLED',
      ])
    },
  )

  test.each(['true', 'True', '1', 'yes', 'on'])('REDIS_CACHE_ENABLED=%s leaves it on', value => {
    expect(found({ REDIS_CACHE_ENABLED: value, REDIS_URL: 'redis://a' })).toStrictEqual([
      'redis://a',
      'REDIS_URL',
    ])
  })
})

describe('what is refused, by the name of the variable and without its value', () => {
  test.each<[string, Env]>([
    ['REDIS_URL', { REDIS_URL: 'https://default:hunter2@eu1.upstash.io' }],
    ['REDIS_URL', { REDIS_URL: 'HTTP://default:hunter2@host' }],
    ['REDIS_URL', { REDIS_URL: 'hunter2@host:6379' }],
    ['REDIS_URL', { REDIS_URL: 'redis//user:hunter2@host' }],
    ['REDIS_PRIVATE_URL', { REDIS_PRIVATE_URL: 'amqp://user:hunter2@host' }],
    ['UPSTASH_REDIS_URL', { UPSTASH_REDIS_URL: 'https://user:hunter2@host' }],
    ['UPSTASH_REDIS_REST_URL', { UPSTASH_REDIS_REST_URL: 'https://user:hunter2@host' }],
    ['REDIS_PORT', { REDIS_HOST: 'h', REDIS_PORT: 'hunter2' }],
    ['REDIS_PORT', { REDIS_HOST: 'h', REDIS_PORT: '-1' }],
    ['REDIS_PORT', { REDIS_HOST: 'h', REDIS_PORT: '65536' }],
    ['REDIS_DB', { REDIS_HOST: 'h', REDIS_DB: '1.5' }],
    ['REDIS_CACHE_ENABLED', { REDIS_CACHE_ENABLED: 'hunter2' }],
  ])('%s of %j', (name, env) => {
    const error = errorOf(() => fromEnv(env))
    expect(error).toMatchObject({ code: 'E_OPTION', path: name })
    expect(error.message).toContain(name)
    expect(JSON.stringify([error.message, error.value])).not.toContain('hunter2')
  })
})

describe('the namespace', () => {
  test.each([
    ['shop', 'shop'],
    ['shop:', 'shop'],
    ['shop:prod::', 'shop:prod'],
    [':', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('REDIS_CACHE_KEY_PREFIX=%s means %s', (value, namespace) => {
    expect(fromEnv({ REDIS_CACHE_KEY_PREFIX: value }).namespace).toBe(namespace)
  })

  test('it is kept where Redis is off', () => {
    expect(fromEnv({ REDIS_CACHE_ENABLED: 'no', REDIS_CACHE_KEY_PREFIX: 'shop' }).namespace).toBe('shop')
  })
})

test('without an argument it is the environment of the process', () => {
  expect(fromEnv()).toBeInstanceOf(EnvRedis)
})

describe('a cache that is given an address it cannot use says so without the password', () => {
  test.each([
    'http://user:hunter2@host',
    'https://user:hunter2@host',
    'amqp://user:hunter2@host',
    'redis://user:hunter2/x@host',
    'redis://user:x@hunter2@host:port',
    'redis//user:hunter2@host',
    'user:hunter2@host:6379',
    'redis://host:port/0?password=hunter2',
  ])('%s', redis => {
    for (const given of [redis, { url: redis }]) {
      const error = errorOf(() => createCache({ redis: given }))
      expect(error.code).toBe('E_OPTION')
      expect(JSON.stringify([error.message, error.value])).not.toContain('hunter2')
    }
  })
})
