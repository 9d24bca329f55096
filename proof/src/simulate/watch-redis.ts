import type { FakePartition } from '../../../packages/core/src/testing/fake-partition.ts'
import type { Ledger } from './ledger.ts'
import type { Recorder } from './recorder.ts'
import { replace } from './replace.ts'

/** Who speaks where it is no instance. */
const REDIS = -1

/** Counts, and notes for people, what Redis is asked and answers. */
export function watchRedis(partitions: readonly FakePartition[], recorder: Recorder, ledger: Ledger): void {
  for (const [index, partition] of partitions.entries()) {
    watchLog(partition, index, recorder, ledger)
    watchLeases(partition, recorder)
  }
}

function watchLog(partition: FakePartition, index: number, recorder: Recorder, ledger: Ledger): void {
  const note = (key: string | undefined, text: string): void => recorder.note(REDIS, key, `Redis: ${text}`)
  replace(partition, 'invalidate', invalidate => request => {
    const reply = invalidate.call(partition, request)
    ledger.invalidated(index, request.payload)
    const what = request.values === undefined ? 'invalidates' : 'sets'
    for (const key of request.keys.length === 0 ? [undefined] : request.keys)
      note(key, `${what} ${request.payload} at ${reply.epoch} ${reply.seq}`)
    return reply
  })
  replace(partition, 'sync', sync => request => {
    const reply = sync.call(partition, request)
    const { kind, epoch, seq, records } = reply
    if (kind !== 'records') recorder.count(`SYNC: ${kind === 'epoch' ? 'another log' : kind}`)
    else if (records.length > 0) recorder.count('SYNC: caught up')
    if (kind !== 'records' || records.length > 0)
      note(undefined, `SYNC from ${request.epoch} ${request.seq}: ${kind}, at ${epoch} ${seq}`)
    return reply
  })
  replace(partition, 'heal', heal => (epoch, seq, nonce) => {
    recorder.count('log healed')
    note(undefined, `heals ${epoch} to ${seq}`)
    return heal.call(partition, epoch, seq, nonce)
  })
}

function watchLeases(partition: FakePartition, recorder: Recorder): void {
  const note = (key: string, text: string): void => recorder.note(REDIS, key, `Redis: ${text}`)
  replace(partition, 'lease', lease => request => {
    const reply = lease.call(partition, request)
    if (reply.kind !== 'lease') recorder.count(`lease: ${reply.kind === 'wait' ? 'waits' : 'value found'}`)
    const given = reply.kind === 'lease' ? `${reply.epoch} ${reply.s0}` : reply.kind
    note(request.id, `lease${request.force ? ' by force' : ''}: ${given}`)
    return reply
  })
  replace(partition, 'renew', renew => (id, token, leaseMs) => {
    const held = renew.call(partition, id, token, leaseMs)
    if (!held) recorder.count('lease: lost while loading')
    return held
  })
  replace(partition, 'fill', fill => request => {
    const reply = fill.call(partition, request)
    recorder.count(reply === 'full' ? 'fill: Redis is full' : `fill ${reply}`)
    note(request.id, `fill with s0 ${request.s0} of ${request.epoch}: ${reply}`)
    return reply
  })
}
