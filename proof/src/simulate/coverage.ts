import { Confirmed } from '../../../packages/core/src/coherence/confirmed.ts'
import { Journal } from '../../../packages/core/src/coherence/journal.ts'
import { Partition } from '../../../packages/core/src/coherence/partition.ts'
import { Ring } from '../../../packages/core/src/coherence/ring.ts'
import { Flights } from '../../../packages/core/src/flight.ts'
import { Loader } from '../../../packages/core/src/loader.ts'
import { Local } from '../../../packages/core/src/local.ts'
import { Remote } from '../../../packages/core/src/remote.ts'
import type { FakePartition } from '../../../packages/core/src/testing/fake-partition.ts'
import type { Ledger } from './ledger.ts'
import type { Recorder } from './recorder.ts'

/**
 * Paths that a simulation which proves anything has to have been on. A simulator that never reaches one says nothing about it.
 */
export const EXPECTED = [
  'message in order',
  'message: gap',
  'message: repeated',
  'message: another log',
  'SYNC: caught up',
  'SYNC: another log',
  'SYNC: diverged',
  'SYNC: trimmed',
  'SYNC: behind what was confirmed',
  'record in the place of one that was confirmed',
  'log healed',
  'records said again',
  'lease: waits',
  'lease: value found',
  'lease: lost while loading',
  'fill stored',
  'fill refused',
  'fill: Redis is full',
  'fenced',
  'flight detached',
  'flights detached by a reset',
  'load killed by an invalidation',
  'value vouched for by this instance alone',
  'journal drained',
  'journal drained in part',
  'writes deferred',
  'strict calls that failed',
  'calls made good for a life that ended',
  'doubt',
  'evicted from memory',
  'read stale',
  'read from memory',
  'read from redis',
  'read from load',
] as const

/** Who speaks where it is no instance. */
const REDIS = -1
/** Values that were loaded and are not in Redis, or not yet. */
const unconfirmed = new WeakSet<object>()
let recorder: Recorder | undefined

/** Counts into a recorder until the function returned is called. One at a time. */
export function observe(into: Recorder, ledger: Ledger, partitions: readonly FakePartition[]): () => void {
  recorder = into
  for (const [index, partition] of partitions.entries()) watch(partition, index, into, ledger)
  return () => {
    recorder = undefined
  }
}

/** A loader gives a value. */
export function noteLoaded(value: object): void {
  unconfirmed.add(value)
}

/** Whether a value was loaded and is not in Redis, as far as its instance knows. */
export function isUnconfirmed(value: object | undefined): boolean {
  return value !== undefined && unconfirmed.has(value)
}

/** The steps that Redis carries out. */
function watch(partition: FakePartition, index: number, into: Recorder, ledger: Ledger): void {
  const { sync, heal, lease, renew, fill } = partition
  partition.sync = request => {
    const reply = sync.call(partition, request)
    if (reply.kind !== 'records' || reply.records.length > 0)
      into.note(REDIS, undefined, `Redis: SYNC from ${request.epoch} ${request.seq}: ${reply.kind}, at ${reply.epoch} ${reply.seq}`)
    if (reply.kind !== 'records') into.count(`SYNC: ${reply.kind === 'epoch' ? 'another log' : reply.kind}`)
    else if (reply.records.length > 0) into.count('SYNC: caught up')
    return reply
  }
  partition.heal = (epoch, seq, nonce) => {
    into.note(REDIS, undefined, `Redis: heals ${epoch} to ${seq}`)
    into.count('log healed')
    return heal.call(partition, epoch, seq, nonce)
  }
  partition.lease = request => {
    const reply = lease.call(partition, request)
    into.note(REDIS, request.id, `Redis: lease${request.force ? ' by force' : ''}: ${reply.kind === 'lease' ? `${reply.epoch} ${reply.s0}` : reply.kind}`)
    into.count(reply.kind === 'wait' ? 'lease: waits' : reply.kind === 'value' ? 'lease: value found' : 'lease')
    return reply
  }
  const { invalidate, discard } = partition
  partition.invalidate = request => {
    const reply = invalidate.call(partition, request)
    ledger.invalidated(index, request.payload)
    for (const key of request.keys.length === 0 ? [undefined] : request.keys)
      into.note(REDIS, key, `Redis: ${request.values === undefined ? 'invalidates' : 'sets'} ${request.payload} at ${reply.epoch} ${reply.seq}`)
    return reply
  }
  partition.discard = (id, head) => {
    into.count('value discarded')
    discard.call(partition, id, head)
  }
  partition.renew = (id, token, leaseMs) => {
    const held = renew.call(partition, id, token, leaseMs)
    into.count(held ? 'lease renewed' : 'lease: lost while loading')
    return held
  }
  partition.fill = request => {
    const reply = fill.call(partition, request)
    into.note(REDIS, request.id, `Redis: fill with s0 ${request.s0} of ${request.epoch}, slots ${request.slots.join(' ')}: ${reply}`)
    into.count(reply === 'full' ? 'fill: Redis is full' : `fill ${reply}`)
    return reply
  }
}

const { receive, syncSoon } = Partition.prototype
Partition.prototype.receive = function (this: Partition, message) {
  const { seq, epoch } = this
  receive.call(this, message)
  if (recorder === undefined) return
  if (message.epoch !== epoch) recorder.count('message: another log')
  else if (message.seq <= seq) recorder.count('message: repeated')
  else if (this.seq === message.seq) recorder.count('message in order')
  else recorder.count('message: gap')
}
Partition.prototype.syncSoon = function (this: Partition) {
  if (this.trustedUntil === 0 && this.epoch !== '') recorder?.count('doubt')
  syncSoon.call(this)
}

const { detach, detachAll } = Flights.prototype
Flights.prototype.detach = function (this: Flights, id, seq) {
  const flight = this.get(id)
  detach.call(this, id, seq)
  if (flight !== undefined && flight !== this.get(id)) recorder?.count('flight detached')
}
Flights.prototype.detachAll = function (this: Flights, partition) {
  if (this.all().length > 0) recorder?.count('flights detached by a reset')
  detachAll.call(this, partition)
}

const { load } = Loader.prototype
Loader.prototype.load = async function (this: Loader, ...args) {
  const loaded = await load.apply(this, args)
  if (loaded.killed) recorder?.count('load killed by an invalidation')
  return loaded
}

const { fill } = Remote.prototype
Remote.prototype.fill = async function (this: Remote, partition, lease, outgoing) {
  const reply = await fill.call(this, partition, lease, outgoing)
  if (reply === 'stored' && typeof outgoing.value === 'object' && outgoing.value !== null)
    unconfirmed.delete(outgoing.value)
  return reply
}

const { vouch } = Local.prototype
Local.prototype.vouch = function (this: Local, entry, since) {
  recorder?.count('value vouched for by this instance alone')
  vouch.call(this, entry, since)
}

const { isMissing, contradicts } = Confirmed.prototype
Confirmed.prototype.isMissing = function (this: Confirmed, last, seq) {
  const isBehind = isMissing.call(this, last, seq)
  if (isBehind) recorder?.count('SYNC: behind what was confirmed')
  return isBehind
}

Confirmed.prototype.contradicts = function (this: Confirmed, record) {
  const isOther = contradicts.call(this, record)
  if (isOther) recorder?.count('record in the place of one that was confirmed')
  return isOther
}

const { take } = Ring.prototype
Ring.prototype.take = function (this: Ring) {
  const said = take.call(this)
  if (said.length > 0) recorder?.count('records said again')
  return said
}

const { settle } = Journal.prototype
Journal.prototype.settle = function (this: Journal, taken) {
  recorder?.count(taken.batches.length === 0 ? 'journal drained' : 'journal drained in part')
  return settle.call(this, taken)
}
