import { FakePartition } from '../../../../packages/core/src/testing/fake-partition.ts'
import type { SyncReply, SyncRequest } from '../../../../packages/core/src/store.ts'
import { replace } from '../replace.ts'
import type { Ablation } from './ablation.ts'

const NOTHING = Buffer.alloc(0)
const UNKNOWN = 'unknown!'
const FROM_THE_START = { epoch: UNKNOWN, seq: 0, nonce: '-', epochIfNew: UNKNOWN }

/** What the scripts in Redis check. */
export const IN_REDIS: readonly Ablation[] = [
  {
    name: 'fill: lease',
    about: 'FILL stores a value whatever became of its lease.',
    apply: () =>
      replace(FakePartition.prototype, 'fill', fill => {
        return function (this: FakePartition, request) {
          try {
            const { id, token } = request
            this.lease({ id, token, leaseMs: 1, epochIfNew: UNKNOWN, reject: NOTHING, force: true })
          } catch {
            // Redis is full, which is for FILL to say.
          }
          return fill.call(this, request)
        }
      }),
  },
  {
    name: 'fill: tags and prefixes',
    about: 'FILL does not look whether a tag or prefix of the value was invalidated since its load began.',
    spare:
      'Every reader judges what it finds by the same positions, which each instance has from its first SYNC on. It keeps out what nobody would serve.',
    apply: () =>
      replace(FakePartition.prototype, 'fill', fill => {
        return function (this: FakePartition, request) {
          return fill.call(this, { ...request, slots: [] })
        }
      }),
  },
  {
    name: 'fill: epoch',
    noticedBy: 396,
    about: 'FILL does not look whether the log is the one that its lease was of.',
    apply: () =>
      replace(FakePartition.prototype, 'fill', fill => {
        return function (this: FakePartition, request) {
          const { epoch } = FakePartition.prototype.sync.call(this, FROM_THE_START)
          return fill.call(this, { ...request, epoch })
        }
      }),
  },
  {
    name: 'lease: one holder',
    about: 'LEASE gives everybody the right to load at once.',
    apply: () =>
      replace(FakePartition.prototype, 'lease', lease => {
        return function (this: FakePartition, request) {
          return lease.call(this, { ...request, force: true })
        }
      }),
  },
  {
    name: 'heal',
    noticedBy: 2851,
    about: 'A log that went back after a failover is not raised above the numbers it had used.',
    apply: () =>
      replace(FakePartition.prototype, 'heal', () => {
        return function (this: FakePartition) {
          return this.sync(FROM_THE_START).healed
        }
      }),
  },
  {
    name: 'sync: heals',
    noticedBy: 899,
    about: 'SYNC does not tell that somebody else has healed the log.',
    apply: () => {
      const first = new WeakMap<FakePartition, SyncReply['healed']>()
      return replace(FakePartition.prototype, 'sync', sync => {
        return function (this: FakePartition, request) {
          const reply = sync.call(this, request)
          if (!first.has(this)) first.set(this, reply.healed)
          return { ...reply, healed: first.get(this) ?? reply.healed }
        }
      })
    },
  },
  {
    name: 'sync: nonce',
    noticedBy: 523,
    about: 'SYNC compares positions by number alone, not by the nonce of the record there.',
    apply: () =>
      replace(FakePartition.prototype, 'sync', sync => {
        return function (this: FakePartition, request) {
          const reply = sync.call(this, request)
          return reply.kind === 'diverged' && reply.seq >= request.seq
            ? byNumber(this, sync, request, reply)
            : reply
        }
      }),
  },
  {
    name: 'sync: log that went back',
    about: 'SYNC takes a log that ends before the position for one that has nothing new.',
    spare:
      'What was heard counts as confirmed, so who asked finds out by itself that the log ends before it. The script saves a second look.',
    apply: () =>
      replace(FakePartition.prototype, 'sync', sync => {
        return function (this: FakePartition, request) {
          const reply = sync.call(this, request)
          return reply.kind === 'diverged' && reply.seq < request.seq
            ? { ...reply, kind: 'records' as const }
            : reply
        }
      }),
  },
  {
    name: 'sync: trimmed log',
    noticedBy: 1035,
    about: 'SYNC takes what is no longer in the log for nothing.',
    apply: () =>
      replace(FakePartition.prototype, 'sync', sync => {
        return function (this: FakePartition, request) {
          const reply = sync.call(this, request)
          return reply.kind === 'trimmed' ? { ...reply, kind: 'records' as const } : reply
        }
      }),
  },
]

/** The records after a position, whatever record stands at it. */
function byNumber(
  partition: FakePartition,
  sync: (request: SyncRequest) => SyncReply,
  request: SyncRequest,
  reply: SyncReply,
): SyncReply {
  const all = sync.call(partition, { ...request, seq: 0, nonce: '-' })
  if (all.kind !== 'records') return reply
  return { ...all, records: all.records.filter(record => record.seq > request.seq) }
}
