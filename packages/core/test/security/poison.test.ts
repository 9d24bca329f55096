import { describe, expect, test } from 'vitest'
import { encryption, integrity } from '../../src/index.ts'
import { counted, heard, world } from '../testing/support.ts'

const keys = { keys: { k: Buffer.alloc(32, 1) }, current: 'k' }
const others = { keys: { k: Buffer.alloc(32, 2) }, current: 'k' }

// Values that somebody else put in the place of one's own, and what becomes of them: the same whatever is wrong with them.
const POISONS = {
  'a value of another key pair': { integrity: integrity(others) },
  'a value without a tag': {},
  'an encrypted value': { encryption: encryption(keys) },
} as const

describe.each(Object.entries(POISONS))('with integrity, %s', (_, forger) => {
  test('is a miss, one event and deleted; the next read loads; the circuit does not move', async () => {
    const { open, redis } = world()
    const victim = await open({ integrity: integrity(keys), memory: false })
    const attacker = await open({ ...forger, memory: false })
    const errors = heard(victim, 'error')
    const breaker = heard(victim, 'breaker')
    await victim.set('k', 'mine')
    await attacker.set('k', 'forged')
    expect(await attacker.get('k')).toBe('forged')
    expect(await victim.get('k')).toBeUndefined()
    expect(errors).toMatchObject([{ operation: 'decode', key: 'k', error: { code: 'E_CODEC' } }])
    expect(redis.bytes('k')).toBeUndefined()
    const load = counted('loaded')
    expect(await victim.getOrSet('k', load)).toBe('loaded')
    await victim.idle()
    expect(await victim.getOrSet('k', load)).toBe('loaded')
    expect(load.calls).toBe(1)
    expect(breaker).toEqual([])
  })

  test('is not served stale, in bulk, to a loader or by explain either', async () => {
    const { open } = world()
    const victim = await open({ integrity: integrity(keys), grace: '1h', swr: true })
    const attacker = await open({ ...forger, grace: '1h' })
    await attacker.set('k', 'forged', { ttl: '1ms' })
    await attacker.set('l', 'forged')
    expect(await victim.getMany(['k', 'l'])).toEqual([undefined, undefined])
    await attacker.set('k', 'forged')
    await attacker.expire('k')
    expect(await victim.getEntry('k')).toBeUndefined()
    await attacker.set('k', 'forged')
    expect((await victim.explain('k')).redis).toBeUndefined()
    await attacker.set('k', 'forged')
    expect(await victim.getOrSet('k', ({ stale }) => `stale: ${String(stale)}`)).toBe('stale: undefined')
  })
})

describe('with integrity, what Redis writes in front of a value', () => {
  test('cannot make it live longer than it was stored for', async () => {
    const { open, redis, clock } = world()
    const victim = await open({ integrity: integrity(keys), memory: false })
    await victim.set('k', 'old', { ttl: '1m' })
    const old = redis.bytes('k') ?? Buffer.alloc(0)
    await victim.set('k', 'new', { ttl: '1h' })
    // The documented limit: an older value of the same key can be put back, with the newer one's head.
    redis.bytes('k')?.copy(old, 0, 0, 19)
    redis.poison('k', old)
    expect(await victim.get('k')).toBe('old')
    await clock.advance('61s')
    redis.poison('k', old)
    expect(await victim.get('k')).toBeUndefined()
  })

  test('cannot move it to another key', async () => {
    const { open, redis } = world()
    const victim = await open({ integrity: integrity(keys), memory: false })
    await victim.set('mine', 'secret')
    await victim.set('yours', 'public')
    redis.poison('yours', redis.bytes('mine') ?? Buffer.alloc(0))
    expect(await victim.get('yours')).toBeUndefined()
  })
})

test('instances with one key read each other; keys rotate without a gap', async () => {
  const { open } = world()
  const before = await open({ integrity: integrity(keys), memory: false })
  const both = { k: Buffer.alloc(32, 1), l: Buffer.alloc(32, 2) }
  const between = await open({ integrity: integrity({ keys: both, current: 'k' }), memory: false })
  const after = await open({ integrity: integrity({ keys: both, current: 'l' }), memory: false })
  for (const [writer, readers] of [
    [before, [before, between, after]],
    [between, [before, between, after]],
    [after, [between, after]],
  ] as const) {
    await writer.set('k', 'value')
    for (const reader of readers) expect(await reader.get('k')).toBe('value')
  }
})
