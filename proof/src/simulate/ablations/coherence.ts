import { Confirmed } from '../../../../packages/core/src/coherence/confirmed.ts'
import { Journal } from '../../../../packages/core/src/coherence/journal.ts'
import { Marks } from '../../../../packages/core/src/coherence/marks.ts'
import { Partition } from '../../../../packages/core/src/coherence/partition.ts'
import { Pulse } from '../../../../packages/core/src/coherence/pulse.ts'
import { Ring } from '../../../../packages/core/src/coherence/ring.ts'
import { Remote } from '../../../../packages/core/src/remote.ts'
import { replace, replaceGetter, together } from '../replace.ts'
import type { Ablation } from './ablation.ts'

/** SYNCs that renew trust before what was deferred is sent. */
const SYNCS_AHEAD = 6

/** How an instance follows the log. */
export const IN_COHERENCE: readonly Ablation[] = [
  {
    name: 'gap detection',
    noticedBy: 233,
    about: 'A message is taken as if it were the next one, whatever is missing before it.',
    apply: () =>
      replace(Partition.prototype, 'receive', receive => {
        return function (this: Partition, message) {
          if (message.epoch === this.epoch && message.seq > this.seq) this.seq = message.seq - 1
          receive.call(this, { ...message, previous: this.nonce })
        }
      }),
  },
  {
    name: 'Δ lease',
    about:
      'Once a SYNC has ended well, memory is trusted until something contradicts it, however long ago that was.',
    apply: trustForever,
  },
  {
    name: 'heartbeat and Δ lease',
    about: 'Memory is trusted for ever, and there is no SYNC unless a message shows a gap.',
    apply: together(trustForever, withoutHeartbeat),
  },
  {
    name: 'epoch',
    noticedBy: 22,
    about: 'Positions of another log are taken for positions of this one.',
    apply: () =>
      replace(Partition.prototype, 'judge', judge => {
        return function (this: Partition, stamp) {
          return judge.call(this, stamp, this.epoch)
        }
      }),
  },
  {
    name: 'journal',
    about: 'An invalidation that Redis does not take is forgotten.',
    apply: together(
      () => replace(Journal.prototype, 'add', () => targets => targets),
      () => replaceGetter(Journal.prototype, 'done', () => () => Promise.resolve()),
    ),
  },
  {
    name: 'drain before trust is renewed',
    about: 'A SYNC renews trust while deferred invalidations wait.',
    spare:
      'What waits is held by name on its own instance until it is sent, and the bound of a deferred call is counted from then.',
    apply: drainLate,
  },
  {
    name: 'calls under way',
    about: 'What was invalidated here is served from Redis until Redis has confirmed the call.',
    apply: () =>
      replace(Marks.prototype, 'judge', judge => {
        return function (this: Marks, stamp) {
          return judge.call(this, { ...stamp, loadedHere: true })
        }
      }),
  },
  {
    name: 'own order',
    about:
      'What this instance called is judged by positions of the log alone, not by the order of its own calls.',
    apply: () =>
      replace(Marks.prototype, 'judge', judge => {
        return function (this: Marks, stamp) {
          return judge.call(this, { ...stamp, born: Infinity })
        }
      }),
  },
  {
    name: 'hold',
    about:
      'A call counts from when Redis has confirmed it: neither is it pending, nor has it a place in the own order.',
    apply: together(
      () => replace(Marks.prototype, 'hold', () => () => {}),
      () => replace(Marks.prototype, 'release', () => () => {}),
    ),
  },
  {
    name: 'known position',
    noticedBy: 1602,
    about:
      'A load, and a value of Redis, is taken to be valid from the position its lease names, although this instance has not heard of it.',
    apply: knowLeases,
  },
  {
    name: 'ring',
    noticedBy: 208,
    about: 'What a failover lost is not said again.',
    apply: () => replace(Ring.prototype, 'take', () => () => []),
  },
  {
    name: 'contradictions',
    noticedBy: 297,
    about: 'A record in the place of one that Redis had confirmed is taken for the next one.',
    apply: () => replace(Confirmed.prototype, 'contradicts', () => () => false),
  },
  {
    name: 'log behind what it confirmed',
    noticedBy: 234,
    about: 'A log that ends before a record it had confirmed is taken to be complete.',
    apply: () => replace(Confirmed.prototype, 'isMissing', () => () => false),
  },
  {
    name: 'doubts',
    about: 'A reply that does not fit what is known changes nothing.',
    spare:
      'The next SYNC finds out all the same, and what was called here is kept back until then. It finds out at once.',
    apply: () => replace(Partition.prototype, 'doubt', () => () => {}),
  },
  {
    name: 'snapshot',
    about: 'After a reset, the tags and prefixes that were invalidated meanwhile are not taken over.',
    apply: () =>
      replace(Marks.prototype, 'merge', merge => {
        return function (this: Marks) {
          merge.call(this, [])
        }
      }),
  },
]

/** Counts positions that leases name among those known. */
function knowLeases(): () => void {
  const leased = new WeakMap<Partition, { readonly epoch: string; readonly s0: number }>()
  return together(
    () =>
      replace(Remote.prototype, 'claim', claim => {
        return async function (this: Remote, partition, ...args) {
          const claimed = await claim.call(this, partition, ...args)
          if (claimed.kind === 'lease') leased.set(partition, claimed.lease)
          return claimed
        }
      }),
    () =>
      replaceGetter(Partition.prototype, 'known', known => partition => {
        const lease = leased.get(partition)
        return Math.max(Number(known(partition)), lease?.epoch === partition.epoch ? lease.s0 : 0)
      }),
  )()
}

function trustForever(): () => void {
  return replace(Partition.prototype, 'start', start => {
    return function (this: Partition) {
      let until = this.trustedUntil
      Object.defineProperty(this, 'trustedUntil', {
        get: () => (until > 0 ? Infinity : 0),
        set: (ms: number) => {
          until = ms
        },
      })
      return start.call(this)
    }
  })
}

function withoutHeartbeat(): () => void {
  const asked = new WeakSet<Pulse>()
  const begun = new WeakSet<Pulse>()
  const undoSoon = replace(Pulse.prototype, 'soon', soon => {
    return function (this: Pulse) {
      asked.add(this)
      soon.call(this)
    }
  })
  const undoNow = replace(Pulse.prototype, 'now', now => {
    return function (this: Pulse) {
      if (begun.has(this) && !asked.delete(this)) return Promise.resolve()
      begun.add(this)
      return now.call(this)
    }
  })
  return () => {
    undoNow()
    undoSoon()
  }
}

function drainLate(): () => void {
  const asked = new WeakMap<Journal, number>()
  const isAhead = (journal: Journal): boolean => (asked.get(journal) ?? 0) < SYNCS_AHEAD
  let waiting = (_journal: Journal): number => 0
  return together(
    () =>
      replaceGetter(Journal.prototype, 'size', size => {
        waiting = journal => Number(size(journal))
        return journal => (isAhead(journal) ? 0 : size(journal))
      }),
    () =>
      replaceGetter(Journal.prototype, 'isEmpty', () => journal => {
        asked.set(journal, waiting(journal) === 0 ? 0 : (asked.get(journal) ?? 0) + 1)
        return waiting(journal) === 0 || isAhead(journal)
      }),
  )()
}
