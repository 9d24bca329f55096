import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JOURNAL_LIMIT } from '../../src/coherence/journal.ts'
import type { Stamp, Verdict } from '../../src/coherence/marks.ts'
import { type LogMessage } from '../../src/coherence/message.ts'
import {
  Partition,
  type PartitionListener,
  type PartitionOptions,
  SOLO_EPOCH,
} from '../../src/coherence/partition.ts'
import { CacheError } from '../../src/errors.ts'
import type { Targets } from '../../src/store.ts'
import { FakeLog, targets } from './fake-log.ts'
import { HandClock, rejectionOf, settled } from './support.ts'

const DELTA = 2000
const HEARTBEAT = 500

interface World {
  readonly log: FakeLog
  readonly clock: HandClock
  readonly partition: Partition
  /** What the engine heard, in words. */
  readonly heard: string[]
  readonly judge: (some?: Partial<Stamp>, epoch?: string) => Verdict
}

function world(options: Partial<PartitionOptions> = {}, listener: Partial<PartitionListener> = {}): World {
  const log = new FakeLog()
  const clock = new HandClock()
  const heard: string[] = []
  let random = 0
  const partition: Partition = new Partition({
    index: 0,
    store: log,
    clock,
    random: () => `r${++random}`,
    origin: 'me',
    maxStalenessMs: DELTA,
    heartbeatMs: HEARTBEAT,
    keepMs: 30_000,
    ...options,
    listener: {
      onKeys: (ids, seq, soft, own) =>
        heard.push(`${own ? 'own' : 'other'} ${soft ? 'expired' : 'deleted'} ${ids.join()} at ${seq}`),
      onReset: index => heard.push(`reset ${index}`),
      onRemote: ({ keys, tags, prefixes }) => heard.push(`remote ${[...keys, ...tags, ...prefixes].join()}`),
      onTrust: (coherent, reason) => heard.push(coherent ? 'coherent' : `degraded: ${reason}`),
      onReplayed: count => heard.push(`replayed ${count}`),
      onError: (operation, error) => heard.push(`error in ${operation}: ${(error as Error).message}`),
      ...listener,
    },
  })
  const judge = (some: Partial<Stamp> = {}, epoch = partition.epoch): Verdict =>
    partition.judge(
      { id: 'a', tags: ['t'], s0: partition.seq, born: partition.now, loadedHere: false, ...some },
      epoch,
    )
  return { log, clock, partition, heard, judge }
}

async function started(
  options?: Partial<PartitionOptions>,
  listener?: Partial<PartitionListener>,
): Promise<World> {
  const all = world(options, listener)
  await all.partition.start()
  all.heard.length = 0
  all.log.syncs.length = 0
  return all
}

describe('trust', () => {
  test('nothing is trusted before the first SYNC was answered; then for Δ from when it was sent', async () => {
    const { log, clock, partition, heard } = world()
    log.append({ tags: ['t'] })
    const release = log.holdReplies()
    const starting = partition.start()
    await settled()
    const sentAt = clock.now()
    await clock.pass(300)
    expect(partition.trusts(clock.now())).toBe(false)
    release()
    await starting
    expect(heard).toStrictEqual(['reset 0', 'coherent'])
    expect(partition.trustedUntil).toBe(sentAt + DELTA)
    expect([partition.epoch, partition.seq]).toStrictEqual(['epoch-1', 1])
  })

  test('it is renewed by every heartbeat, and lapses when none is answered', async () => {
    const { log, clock, partition, heard } = await started()
    await clock.pass(10_000)
    expect(log.syncs.length).toBe(20)
    expect(partition.trusts(clock.now())).toBe(true)
    log.away = true
    await clock.pass(DELTA + HEARTBEAT)
    expect(partition.trusts(clock.now())).toBe(false)
    expect(heard.filter(line => line.startsWith('degraded'))).toStrictEqual([
      'degraded: the log was not heard of for too long',
    ])
    log.away = false
    await clock.pass(HEARTBEAT)
    expect(partition.trusts(clock.now())).toBe(true)
    expect(heard.at(-1)).toBe('coherent')
  })

  test('a connection on which two SYNCs in a row got no answer is dropped, and again after two more', async () => {
    const { log, clock } = await started()
    log.failWith = new CacheError('E_REDIS', 'no answer', { path: 'timeouts.redis' })
    log.away = true
    await clock.pass(HEARTBEAT)
    expect(log.reconnects).toBe(0)
    await clock.pass(HEARTBEAT)
    expect(log.reconnects).toBe(1)
    await clock.pass(2 * HEARTBEAT)
    expect(log.reconnects).toBe(2)
  })

  test('a connection on which SYNC is refused is kept: that is an answer', async () => {
    const { log, clock } = await started()
    log.away = true
    await clock.pass(10 * HEARTBEAT)
    expect(log.reconnects).toBe(0)
  })

  test('a read waits for a SYNC after a pause of the process, but not while Redis is away', async () => {
    const { log, clock, partition } = await started({ heartbeatMs: 60_000 })
    await clock.pass(DELTA)
    expect(partition.trusts(clock.now())).toBe(false)
    await Promise.all([partition.ensureTrust(clock.now()), partition.ensureTrust(clock.now())])
    expect([partition.trusts(clock.now()), log.syncs.length]).toStrictEqual([true, 1])
    await partition.ensureTrust(clock.now())
    expect(log.syncs.length).toBe(1)
    log.away = true
    await clock.pass(60_000)
    const tried = log.syncs.length
    await partition.ensureTrust(clock.now())
    expect(log.syncs.length).toBe(tried)
  })

  test('the offset of the clock of Redis is taken in the middle of the round trip', async () => {
    const { log, clock, partition } = world()
    log.redisMs = 1_000_000
    const release = log.holdReplies()
    const starting = partition.start()
    await settled()
    await clock.pass(100)
    release()
    await starting
    expect(partition.redisOffsetMs).toBe(1_000_000 - (clock.now() - 50))
  })

  test('without other instances everything is trusted, for ever, and nothing is followed', async () => {
    const { log, clock, partition } = world({ heartbeatMs: undefined })
    await partition.start()
    partition.syncSoon()
    await clock.pass(1_000_000)
    expect([partition.trusts(clock.now()), log.syncs.length, clock.pending]).toStrictEqual([true, 0, 0])
  })
})

describe('messages', () => {
  test('those in order are applied at once, without a SYNC', async () => {
    const { log, partition, heard, judge } = await started()
    const before: Partial<Stamp> = { s0: 0, born: partition.now }
    partition.receive(log.append({ keys: ['a'] }))
    partition.receive(log.append({ tags: ['t'], soft: true }))
    expect(heard).toStrictEqual(['other deleted a at 1', 'remote a', 'other expired  at 2', 'remote t'])
    expect([partition.seq, log.syncs.length]).toStrictEqual([2, 0])
    expect([judge(before), judge({ ...before, s0: 1 }), judge({ ...before, s0: 2 })]).toStrictEqual([
      'dead',
      'stale',
      'live',
    ])
  })

  test('a tag makes memory look at its entries again, a key does not', async () => {
    const { log, partition } = await started()
    const { generation } = partition
    partition.receive(log.append({ keys: ['a'] }))
    expect(partition.generation).toBe(generation)
    partition.receive(log.append({ tags: ['t'] }))
    expect(partition.generation).not.toBe(generation)
  })

  test('a duplicate and an old one say nothing', async () => {
    const { log, partition, heard } = await started()
    const [first, second] = [log.append({ keys: ['a'] }), log.append({ keys: ['b'] })]
    for (const message of [first, second, second, first]) partition.receive(message)
    expect(heard.filter(line => line.startsWith('remote'))).toStrictEqual(['remote a', 'remote b'])
    expect(log.syncs.length).toBe(0)
  })

  test('a gap drops the keys that are named and is closed by one SYNC', async () => {
    const { log, partition, heard, judge } = await started()
    log.append({ tags: ['t'] })
    partition.receive(log.append({ keys: ['b'] }))
    expect(heard).toStrictEqual(['other deleted b at Infinity'])
    expect(partition.seq).toBe(0)
    await settled()
    expect(heard.slice(1)).toStrictEqual([
      'other deleted  at 1',
      'remote t',
      'other deleted b at 2',
      'remote b',
    ])
    expect([partition.seq, log.syncs.length, judge({ s0: 0 })]).toStrictEqual([2, 1, 'dead'])
  })

  test('a record too long for the bus comes by SYNC', async () => {
    const { log, partition, heard } = await started()
    partition.receive({ ...log.append({ keys: ['a'] }), payload: '' })
    await settled()
    expect(heard).toStrictEqual(['other deleted a at 1', 'remote a'])
  })

  test('one that arrives while SYNC is under way is applied once, and the position never goes back', async () => {
    const { log, partition, heard } = await started()
    const first = log.append({ keys: ['a'] })
    const release = log.holdReplies()
    const syncing = partition.sync()
    await settled()
    partition.receive(first)
    partition.receive(log.append({ keys: ['b'] }))
    release()
    await syncing
    expect(partition.seq).toBe(2)
    expect(heard.filter(line => line.startsWith('remote'))).toStrictEqual(['remote a', 'remote b'])
  })

  test('the own ones count for the order and are not told as remote', async () => {
    const { log, partition, heard } = await started()
    await partition.invalidate(targets({ keys: ['a'] }))
    for (const message of log.published()) partition.receive(message)
    expect(partition.seq).toBe(1)
    expect(heard).toStrictEqual(['own deleted a at Infinity', 'own deleted a at 1', 'own deleted a at 1'])
  })

  test('a record that cannot be read takes everything older than it', async () => {
    const { log, partition, heard, judge } = await started()
    partition.receive(log.appendText('{"k":1}'))
    expect(heard).toStrictEqual(['error in log: A record of the log cannot be read.'])
    expect([judge({ s0: 0 }), judge({ s0: 1 })]).toStrictEqual(['dead', 'live'])
    expect(partition.seq).toBe(1)
  })

  test('a forged one cannot raise the position, nor keep anything alive', async () => {
    const { log, partition } = await started()
    const forged: LogMessage = {
      type: 'record',
      epoch: 'epoch-1',
      seq: Number.MAX_SAFE_INTEGER,
      previous: 'x',
      nonce: 'y',
      origin: 'me',
      payload: '{"k":["a"]}',
    }
    partition.receive(forged)
    partition.receive({ ...forged, seq: 1 })
    partition.receive({ ...forged, epoch: 'other' })
    await settled()
    expect([partition.seq, partition.epoch]).toStrictEqual([0, 'epoch-1'])
    partition.receive(log.append({ keys: ['a'] }))
    expect(partition.seq).toBe(1)
  })
})

describe('a flood of forged messages', () => {
  const forge = (seq: number): LogMessage => ({
    type: 'record',
    epoch: 'epoch-1',
    seq,
    previous: 'x',
    nonce: 'y',
    origin: 'z',
    payload: '{}',
  })

  test.each([
    ['without a pause', 1, 1],
    ['in bursts', 50, 110],
    ['of foreign epochs in bursts', 50, 101],
    ['one now and then', 1, 99],
  ])('%s costs no more than ten SYNCs a second beside the heartbeat', async (name, burst, pauseMs) => {
    const { log, clock, partition } = await started()
    const seconds = 5
    for (let at = 0; at < seconds * 1000; at += pauseMs) {
      for (let i = 0; i < burst; i++) {
        partition.receive(name.includes('epoch') ? { ...forge(1), epoch: `e${at}` } : forge(100 + at + i))
      }
      await clock.pass(pauseMs)
    }
    // A window may end in one second and begin in the next.
    expect(log.syncs.length).toBeLessThanOrEqual(10 * (seconds + 1) + (seconds * 1000) / HEARTBEAT)
  })

  test('does not starve the heartbeat: memory goes on answering', async () => {
    const { clock, partition } = await started({ maxStalenessMs: 400, heartbeatMs: 100 })
    let lapsed = 0
    for (let at = 0; at < 3000; at += 5) {
      partition.receive(forge(1000 + at))
      await clock.pass(5)
      if (!partition.trusts(clock.now())) lapsed++
    }
    expect(lapsed).toBe(0)
  })
})

describe('an invalidation called here', () => {
  test('holds at once, is committed, and holds from its position on', async () => {
    const { log, partition, heard, judge } = await started()
    const before: Partial<Stamp> = { s0: 0, born: partition.now, loadedHere: true }
    const release = log.holdReplies()
    const calling = partition.invalidate(targets({ keys: ['a'] }))
    expect([judge(before), partition.isHeld('a', [])]).toStrictEqual(['dead', true])
    // A load that begins after the call may be kept here; what Redis has may not be read.
    expect([judge({ s0: 0, loadedHere: true }), judge({ s0: 9 })]).toStrictEqual(['live', 'dead'])
    release()
    expect(await calling).toStrictEqual({ status: 'committed', epoch: 'epoch-1', seq: 1, stored: false })
    expect([judge({ s0: 0 }), judge({ s0: 1 }), partition.isHeld('a', [])]).toStrictEqual([
      'dead',
      'live',
      false,
    ])
    expect([partition.invalidatedAt('a', []), partition.invalidatedAt('b', [])]).toStrictEqual([1, undefined])
    expect(heard).toStrictEqual(['own deleted a at Infinity', 'own deleted a at 1'])
  })

  test('is deferred where Redis is away: obeyed here, replayed before trust is renewed', async () => {
    const { log, clock, partition, heard, judge } = await started()
    const before: Partial<Stamp> = { s0: 0, born: partition.now, loadedHere: true }
    log.away = true
    const outcome = await partition.invalidate(targets({ keys: ['a'], tags: ['t'] }))
    expect(outcome).toMatchObject({ status: 'deferred', cause: new Error('invalidate: away') })
    expect(partition.deferred).toBe(2)
    await clock.pass(10_000)
    expect(judge(before)).toBe('dead')
    log.failing.delete('sync')
    await clock.pass(10_000)
    expect([partition.trusts(clock.now()), partition.deferred]).toStrictEqual([false, 2])
    log.away = false
    await clock.pass(HEARTBEAT)
    await (outcome.status === 'deferred' ? outcome.done : undefined)
    expect([partition.trusts(clock.now()), partition.deferred, heard.includes('replayed 2')]).toStrictEqual([
      true,
      0,
      true,
    ])
    expect(log.invalidations).toStrictEqual([targets({ keys: ['a'], tags: ['t'] })])
    expect([judge(before), judge({ s0: 1 })]).toStrictEqual(['dead', 'live'])
  })

  test('with strict it rejects instead, and holds nothing', async () => {
    const { log, partition, judge } = await started()
    log.away = true
    const error = await rejectionOf(partition.invalidate(targets({ keys: ['a'] }), undefined, true))
    expect(error).toMatchObject({ code: 'E_REDIS', cause: new Error('invalidate: away') })
    expect([partition.deferred, judge({ s0: 0 })]).toStrictEqual([0, 'live'])
  })

  test('while a deferred one of the same name is being replayed is not lost with it', async () => {
    const { log, clock, partition, judge } = await started()
    log.away = true
    await partition.invalidate(targets({ keys: ['a'] }))
    log.away = false
    const release = log.holdReplies()
    await clock.pass(HEARTBEAT)
    expect(log.invalidations.length).toBe(1)
    // Redis took the replay, but its answer is under way. Another instance fills; then this call, and it fails.
    const filledAt: Partial<Stamp> = { s0: log.seq, born: partition.now }
    log.failing.add('invalidate')
    const second = await partition.invalidate(targets({ keys: ['a'] }))
    release()
    await settled()
    expect(second.status).toBe('deferred')
    expect([
      partition.deferred,
      judge(filledAt),
      partition.trusts(clock.now()) && judge(filledAt) === 'live',
    ]).toStrictEqual([1, 'dead', false])
    log.failing.delete('invalidate')
    await clock.pass(HEARTBEAT)
    expect(log.invalidations.length).toBe(2)
    expect(partition.deferred).toBe(0)
  })

  test('deferred during a SYNC keeps that SYNC from renewing trust', async () => {
    const { log, clock, partition } = await started()
    await clock.pass(HEARTBEAT)
    const { trustedUntil } = partition
    const release = log.holdReplies()
    await clock.pass(HEARTBEAT)
    log.failing.add('invalidate')
    await partition.invalidate(targets({ keys: ['a'] }))
    release()
    await settled()
    expect(partition.trustedUntil).toBe(trustedUntil)
    log.failing.delete('invalidate')
    await clock.pass(HEARTBEAT)
    expect(partition.trustedUntil).toBeGreaterThan(trustedUntil)
  })

  test('a replay that breaks off goes on where it stopped', async () => {
    const { log, clock, partition, heard } = await started()
    log.away = true
    const keys = Array.from({ length: 1500 }, (_, i) => `k${i}`)
    const outcome = await partition.invalidate(targets({ keys }))
    log.away = false
    const release = log.holdReplies()
    await clock.pass(HEARTBEAT)
    log.failing.add('invalidate')
    release()
    await settled()
    expect([log.invalidations.length, partition.deferred]).toStrictEqual([1, 500])
    log.failing.delete('invalidate')
    await clock.pass(HEARTBEAT)
    await (outcome.status === 'deferred' ? outcome.done : undefined)
    expect(log.invalidations.flatMap(one => one.keys)).toStrictEqual(keys)
    expect(heard.filter(line => line.startsWith('replayed')).length).toBe(1)
  })

  test('more than may be kept by name become one invalidation of everything', async () => {
    const { log, clock, partition, judge } = await started()
    log.away = true
    const keys = Array.from({ length: JOURNAL_LIMIT + 1 }, (_, i) => `k${i}`)
    const first = await partition.invalidate(targets({ keys: ['a'], soft: true }))
    const outcome = await partition.invalidate(targets({ keys }))
    expect(partition.deferred).toBe(1)
    expect([judge({ id: 'not named', tags: [], s0: 0 }), partition.isHeld('k0', [])]).toStrictEqual([
      'dead',
      true,
    ])
    log.away = false
    await clock.pass(HEARTBEAT)
    for (const one of [first, outcome]) await (one.status === 'deferred' ? one.done : undefined)
    expect(log.invalidations).toStrictEqual([targets({ prefixes: [''] })])
    expect([partition.deferred, judge({ id: 'k0', s0: log.seq })]).toStrictEqual([0, 'live'])
  })

  test('an expiry leaves the value where a stale one is allowed', async () => {
    const { partition, judge } = await started()
    await partition.invalidate(targets({ tags: ['t'], soft: true }))
    expect([judge({ s0: 0 }), judge({ s0: 1 })]).toStrictEqual(['stale', 'live'])
  })

  test('without other instances what is loaded after it is kept', async () => {
    const { log, partition, judge } = world({ heartbeatMs: undefined })
    log.epoch = SOLO_EPOCH
    await partition.invalidate(targets({ keys: ['a'], tags: ['t'] }))
    expect([judge({ s0: 0 }), judge({ s0: partition.seq })]).toStrictEqual(['dead', 'live'])
  })
})

describe('another log', () => {
  test('a new epoch forgets everything and says again what is known', async () => {
    const { log, clock, partition, heard, judge } = await started()
    partition.receive(log.append({ keys: ['a'] }))
    await partition.invalidate(targets({ tags: ['u'] }))
    const old: Partial<Stamp> = { s0: 99, born: partition.now }
    log.invalidations.length = 0
    log.flush()
    await clock.pass(HEARTBEAT)
    expect(heard).toContain('reset 0')
    expect(log.invalidations).toStrictEqual([targets({ keys: ['a'], tags: ['u'] })])
    expect([partition.epoch, judge(old, 'epoch-1'), judge(old), judge({ s0: log.seq })]).toStrictEqual([
      'epoch-2',
      'dead',
      'dead',
      'live',
    ])
    expect(partition.trusts(clock.now())).toBe(true)
  })

  test('a call whose answer names another epoch takes all trust until SYNC has told of it', async () => {
    const { log, partition, heard } = await started()
    log.flush()
    const release = log.holdReplies()
    const calling = partition.invalidate(targets({ keys: ['a'] }))
    release()
    const answered = await calling
    expect([answered.status, partition.trustedUntil]).toStrictEqual(['committed', 0])
    await settled()
    expect([partition.epoch, heard.includes('reset 0'), partition.trustedUntil > 0]).toStrictEqual([
      'epoch-2',
      true,
      true,
    ])
    // Until the log is followed it goes on waiting, should a failover lose that log.
    expect(partition.deferred).toBe(0)
    expect(log.invalidations.flatMap(one => one.keys).filter(key => key === 'a').length).toBeGreaterThan(1)
  })

  test('records that fell out of the log: everything is dropped, the snapshot is taken, nothing is said again', async () => {
    const { log, clock, partition, heard, judge } = await started()
    partition.receive(log.append({ keys: ['a'] }))
    const old: Partial<Stamp> = { id: 'x', tags: [], s0: 1, born: partition.now }
    log.append({ tags: ['t'] })
    log.append({ keys: ['x'] })
    log.trim(1)
    await clock.pass(HEARTBEAT)
    expect(heard).toContain('reset 0')
    expect([judge(old), judge({ s0: 1 }), judge({ s0: 3 }), partition.seq]).toStrictEqual([
      'dead',
      'dead',
      'live',
      3,
    ])
    expect(log.invalidations).toStrictEqual([])
  })

  test('a log that another instance has healed, with nothing to say of what was lost, is told it all the same', async () => {
    const { log, clock, partition } = await started()
    partition.receive(log.append({ keys: ['heard'] }))
    await partition.invalidate(targets({ keys: ['called'] }))
    log.invalidations.length = 0
    log.lose(2)
    await log.heal(0, log.epoch, 5, 'healed')
    await clock.pass(HEARTBEAT)
    expect(log.invalidations.flatMap(one => one.keys).toSorted()).toStrictEqual(['called', 'heard'])
  })

  test('an own record that was confirmed and not heard is said again where the log no longer shows whether it is there', async () => {
    const { log, clock, partition } = await started()
    partition.receive(log.append({ keys: ['heard'] }))
    await partition.invalidate(targets({ keys: ['called'] }))
    log.append({ keys: ['another'] })
    log.trim(1)
    log.invalidations.length = 0
    await clock.pass(2 * HEARTBEAT)
    expect(log.invalidations.flatMap(one => one.keys)).toContain('called')
  })

  test('a log that ends before what it had confirmed is behind, also where it shows a hole', async () => {
    const { log, clock, partition } = await started()
    partition.receive(log.append({ keys: ['heard'] }))
    for (const key of ['a', 'b', 'c']) await partition.invalidate(targets({ keys: [key] }))
    log.invalidations.length = 0
    log.lose(2)
    log.trim(1)
    await clock.pass(2 * HEARTBEAT)
    expect(log.heals[0]).toBeGreaterThan(4)
    expect(log.invalidations.flatMap(one => one.keys)).toEqual(expect.arrayContaining(['a', 'b', 'c']))
  })

  test('a lost record whose number this instance uses again itself, before it knows, is said again', async () => {
    const { log, clock, partition } = await started()
    await partition.invalidate(targets({ keys: ['lost'] }))
    log.lose(1)
    await partition.invalidate(targets({ keys: ['after'] }))
    expect(log.seq).toBe(1)
    log.invalidations.length = 0
    await clock.pass(2 * HEARTBEAT)
    expect(log.invalidations.flatMap(one => one.keys)).toContain('lost')
  })

  test('a log that lost its end is healed and told again what was lost', async () => {
    const { log, clock, partition, heard, judge } = await started()
    for (const name of ['a', 'b', 'c']) partition.receive(log.append({ keys: [name] }))
    const old: Partial<Stamp> = { id: 'c', s0: 2, born: partition.now }
    log.lose(2)
    await clock.pass(HEARTBEAT)
    expect(log.heals).toStrictEqual([4])
    expect(log.invalidations.flatMap(one => one.keys).toSorted()).toStrictEqual(['a', 'b', 'c'])
    expect(log.seq).toBeGreaterThan(4)
    expect(heard).toContain('reset 0')
    expect(judge(old)).toBe('dead')
    await clock.pass(HEARTBEAT)
    expect([partition.seq, partition.trusts(clock.now())]).toStrictEqual([log.seq, true])
  })

  test('one that lost its end and went on with other records is noticed by their nonces', async () => {
    const { log, clock, partition, heard } = await started()
    for (const name of ['a', 'b']) partition.receive(log.append({ keys: [name] }))
    log.lose(1)
    log.append({ keys: ['x'] })
    await clock.pass(HEARTBEAT)
    expect(heard).toContain('reset 0')
    expect(log.invalidations.flatMap(one => one.keys)).toContain('b')
  })

  test('an invalidation of this instance that was confirmed and lost is said again, although no message told of it', async () => {
    const { log, clock, partition } = await started()
    await partition.invalidate(targets({ keys: ['a'] }))
    log.invalidations.length = 0
    log.lose(1)
    await clock.pass(HEARTBEAT)
    expect(log.invalidations.flatMap(one => one.keys)).toStrictEqual(['a'])
  })

  test('and that is noticed even where its number was used again', async () => {
    const { log, clock, partition } = await started()
    await partition.invalidate(targets({ keys: ['a'] }))
    log.invalidations.length = 0
    log.lose(1)
    partition.receive(log.append({ keys: ['b'] }))
    await clock.pass(2 * HEARTBEAT)
    expect(log.invalidations.flatMap(one => one.keys)).toContain('a')
  })

  test('a value loaded ahead of the position does not outlive a record that re-uses the number', async () => {
    const { log, clock, partition, judge } = await started()
    log.append({ keys: ['unheard of'] })
    // As the loader stamps it: not beyond what is known here.
    const s0 = Math.min(log.seq, partition.known)
    const loaded: Partial<Stamp> = { s0, born: partition.now, loadedHere: true }
    log.lose(1)
    partition.receive(log.append({ tags: ['t'] }))
    await clock.pass(HEARTBEAT)
    expect(judge(loaded)).toBe('dead')
  })

  test.each(['heal', 'invalidate'] as const)(
    'a repair whose %s fails is taken up by the next SYNC',
    async operation => {
      const { log, clock, partition } = await started()
      for (const name of ['a', 'b']) partition.receive(log.append({ keys: [name] }))
      log.lose(1)
      log.failing.add(operation)
      await clock.pass(HEARTBEAT)
      expect(partition.trusts(clock.now())).toBe(false)
      log.failing.delete(operation)
      await clock.pass(2 * HEARTBEAT)
      expect(log.invalidations.flatMap(one => one.keys).toSorted()).toStrictEqual(['a', 'b'])
      expect([log.heals.length, partition.trusts(clock.now()), partition.deferred]).toStrictEqual([
        1,
        true,
        0,
      ])
    },
  )

  test('what waits is still waiting in it', async () => {
    const { log, clock, partition } = await started()
    log.away = true
    await partition.invalidate(targets({ keys: ['a'] }))
    log.flush()
    log.away = false
    await clock.pass(HEARTBEAT)
    expect(log.invalidations.flatMap(one => one.keys)).toContain('a')
    expect(partition.deferred).toBe(0)
  })
})

describe('the end', () => {
  test('nothing is trusted, sent or timed any more, and what waits is given up', async () => {
    const { log, clock, partition, heard } = await started()
    log.away = true
    const outcome = await partition.invalidate(targets({ keys: ['a'] }))
    partition.stop()
    await expect(outcome.status === 'deferred' ? outcome.done : undefined).rejects.toMatchObject({
      code: 'E_CLOSED',
    })
    heard.length = 0
    log.away = false
    const { length } = log.syncs
    partition.receive(log.append({ keys: ['b'] }))
    partition.syncSoon()
    await partition.ensureTrust(clock.now())
    await clock.pass(10_000)
    expect([partition.trusts(clock.now()), log.syncs.length, clock.pending, heard]).toStrictEqual([
      false,
      length,
      0,
      [],
    ])
  })

  test('a SYNC that ends after it renews nothing', async () => {
    const { log, clock, partition, heard } = await started()
    const release = log.holdReplies()
    await clock.pass(HEARTBEAT)
    partition.stop()
    release()
    await settled()
    expect([partition.trustedUntil, clock.pending, heard]).toStrictEqual([0, 0, []])
  })
})

describe('any history', () => {
  type Step =
    | { readonly kind: 'other'; readonly targets: Targets; readonly told: 'now' | 'late' | 'never' | 'twice' }
    | { readonly kind: 'own'; readonly targets: Targets }
    | { readonly kind: 'load'; readonly id: string; readonly tags: readonly string[] }
    | { readonly kind: 'pass'; readonly ms: number }
    | { readonly kind: 'down' | 'up' | 'late' | 'flush' | 'forge' }
    | { readonly kind: 'lose' | 'trim'; readonly count: number }

  const name = fc.constantFrom('a', 'b', 'a:b')
  const some: fc.Arbitrary<Targets> = fc
    .record({
      keys: fc.array(name, { maxLength: 1 }),
      tags: fc.array(fc.constantFrom('t', 'u'), { maxLength: 1 }),
      prefixes: fc.oneof(
        { weight: 4, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.constantFrom(['a'], ['']) },
      ),
      soft: fc.constant(false),
    })
    .filter(({ keys, tags, prefixes }) => keys.length + tags.length + prefixes.length > 0)
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('other' as const),
        targets: some,
        told: fc.constantFrom('now', 'late', 'never', 'twice'),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('own' as const), targets: some }) },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('load' as const), id: name, tags: fc.subarray(['t', 'u']) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 1500 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'down' as const,
          'up' as const,
          'up' as const,
          'late' as const,
          'flush' as const,
          'forge' as const,
        ),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('lose' as const, 'trim' as const),
        count: fc.integer({ min: 1, max: 3 }),
      }),
    },
  )

  const concerns = (what: Targets, id: string, tags: readonly string[]): boolean =>
    what.keys.includes(id) ||
    what.tags.some(tag => tags.includes(tag)) ||
    what.prefixes.some(prefix => prefix === '' || id === prefix || id.startsWith(`${prefix}:`))

  test('memory never answers with what this instance invalidated, nor with what another did longer than Δ ago', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async steps => {
        const memory = new Map<string, Stamp & { readonly epoch: string; readonly order: number }>()
        const { log, clock, partition } = await started(
          {},
          {
            onKeys: (ids, seq) => {
              for (const id of ids) if ((memory.get(id)?.s0 ?? Infinity) < seq) memory.delete(id)
            },
            onReset: () => memory.clear(),
          },
        )
        // What must not be served, and from when on.
        let owed: {
          readonly targets: Targets
          readonly order: number
          readonly at: number
          readonly epoch: string
          readonly seq: number
        }[] = []
        let waiting = 0
        let down = false
        let order = 0
        const late: LogMessage[] = []

        const check = (): void => {
          const now = clock.now()
          if (!partition.trusts(now)) return
          for (const entry of memory.values()) {
            if (partition.judge(entry, entry.epoch) !== 'live') continue
            const broken = owed.find(
              one => one.order > entry.order && one.at <= now && concerns(one.targets, entry.id, entry.tags),
            )
            expect(broken).toBe(undefined)
          }
        }

        for (const one of steps) {
          order++
          switch (one.kind) {
            case 'other': {
              const message = log.append(one.targets)
              if (one.told === 'late') late.push(message)
              else if (one.told !== 'never')
                for (let i = one.told === 'twice' ? 2 : 1; i > 0; i--) partition.receive(message)
              owed.push({
                targets: one.targets,
                order,
                at: clock.now() + DELTA,
                epoch: log.epoch,
                seq: message.seq,
              })
              break
            }
            case 'own': {
              const outcome = await partition.invalidate(one.targets)
              if (outcome.status === 'deferred') {
                waiting++
                void outcome.done.then(() => waiting--)
              }
              owed.push({ targets: one.targets, order, at: 0, epoch: '', seq: 0 })
              break
            }
            case 'load': {
              if (down || !partition.trusts(clock.now())) break
              const stamp = {
                id: one.id,
                tags: one.tags,
                s0: Math.min(log.seq, partition.known),
                born: partition.now,
                loadedHere: true,
                epoch: log.epoch,
                order,
              }
              if (partition.judge(stamp, stamp.epoch) === 'live') memory.set(one.id, stamp)
              break
            }
            case 'pass':
              for (let left = one.ms; left > 0; left -= 100) {
                await clock.pass(Math.min(100, left))
                check()
              }
              break
            case 'down':
            case 'up':
              down = one.kind === 'down'
              log.away = down
              break
            case 'late':
              for (const message of late.splice(0).reverse()) partition.receive(message)
              break
            case 'forge':
              partition.receive({
                type: 'record',
                epoch: partition.epoch,
                seq: partition.seq + 5,
                previous: 'x',
                nonce: 'y',
                origin: 'z',
                payload: '{"k":["a"]}',
              })
              break
            case 'flush':
              log.flush()
              break
            case 'lose':
              // What nobody who is left had heard of is lost for good (coherence.md 2.2, failover).
              log.lose(Math.min(one.count, log.records.length))
              owed = owed.filter(
                ({ epoch, seq }) => epoch !== log.epoch || seq <= log.seq || seq <= partition.seq,
              )
              break
            case 'trim':
              log.trim(Math.min(one.count, log.records.length))
              break
          }
          await settled()
          check()
        }

        log.away = false
        await clock.pass(3 * HEARTBEAT)
        check()
        expect([
          waiting,
          partition.deferred,
          partition.trusts(clock.now()),
          partition.seq,
          partition.epoch,
        ]).toStrictEqual([0, 0, true, log.seq, log.epoch])
        partition.stop()
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a set that was not confirmed', () => {
  const write = [{ tail: Buffer.alloc(0), expireMs: 1000 }]

  test('is void from its replay on, whenever it may arrive', async () => {
    const { log, clock, partition } = await started()
    await partition.invalidate(targets({ keys: ['a'] }), write)
    log.failing.add('invalidate')
    await partition.invalidate(targets({ keys: ['a'] }), write)
    await partition.invalidate(targets({ keys: ['b'] }), write)
    log.failing.clear()
    await clock.pass(HEARTBEAT)
    expect(log.requests.map(({ number, voidUpTo }) => [number, voidUpTo])).toStrictEqual([
      [1, 0],
      [0, 3],
    ])
  })

  test('is void too where it was refused instead of deferred, and that is told once', async () => {
    const { log, clock, partition } = await started()
    log.failing.add('invalidate')
    await rejectionOf(partition.invalidate(targets({ keys: ['a'] }), write, true))
    log.failing.clear()
    await clock.pass(3 * HEARTBEAT)
    expect(log.requests.map(({ keys, voidUpTo }) => [keys, voidUpTo])).toStrictEqual([[[], 1]])
  })
})
