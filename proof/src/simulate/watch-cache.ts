import { Confirmed } from '../../../packages/core/src/coherence/confirmed.ts'
import { Journal } from '../../../packages/core/src/coherence/journal.ts'
import { Partition } from '../../../packages/core/src/coherence/partition.ts'
import { Ring } from '../../../packages/core/src/coherence/ring.ts'
import { Flights } from '../../../packages/core/src/flight.ts'
import { Loader } from '../../../packages/core/src/loader.ts'
import { Local } from '../../../packages/core/src/local.ts'
import type { Recorder } from './recorder.ts'
import { replace } from './replace.ts'

let recorder: Recorder | undefined

/** Counts the paths that the caches of this thread take, until the function returned is called. */
export function watchCaches(into: Recorder): () => void {
  recorder = into
  return () => {
    recorder = undefined
  }
}

function count(what: string): void {
  recorder?.count(what)
}

replace(Partition.prototype, 'receive', receive => {
  return function (this: Partition, message) {
    const { seq, epoch } = this
    receive.call(this, message)
    if (message.epoch !== epoch) count('message: another log')
    else if (message.seq <= seq) count('message: repeated')
    else count(this.seq === message.seq ? 'message in order' : 'message: gap')
  }
})

replace(Partition.prototype, 'doubt', doubt => {
  return function (this: Partition) {
    count('doubt')
    doubt.call(this)
  }
})

replace(Confirmed.prototype, 'isMissing', isMissing => {
  return function (this: Confirmed, last, seq) {
    const isBehind = isMissing.call(this, last, seq)
    if (isBehind) count('SYNC: behind what was confirmed')
    return isBehind
  }
})

replace(Confirmed.prototype, 'contradicts', contradicts => {
  return function (this: Confirmed, record) {
    const isOther = contradicts.call(this, record)
    if (isOther) count('record in the place of one that was confirmed')
    return isOther
  }
})

replace(Ring.prototype, 'take', take => {
  return function (this: Ring) {
    const said = take.call(this)
    if (said.length > 0) count('records said again')
    return said
  }
})

replace(Journal.prototype, 'settle', settle => {
  return function (this: Journal, taken) {
    count(taken.batches.length === 0 ? 'journal drained' : 'journal drained in part')
    return settle.call(this, taken)
  }
})

replace(Flights.prototype, 'detach', detach => {
  return function (this: Flights, id, seq) {
    const flight = this.get(id)
    detach.call(this, id, seq)
    if (flight !== undefined && flight !== this.get(id)) count('flight detached')
  }
})

replace(Flights.prototype, 'detachAll', detachAll => {
  return function (this: Flights, partition) {
    if (this.all().length > 0) count('flights detached by a reset')
    detachAll.call(this, partition)
  }
})

replace(Loader.prototype, 'load', load => {
  return async function (this: Loader, ...args) {
    const loaded = await load.apply(this, args)
    if (loaded.killed) count('load killed by an invalidation')
    return loaded
  }
})

replace(Local.prototype, 'vouch', vouch => {
  return function (this: Local, entry, since) {
    count('value vouched for by this instance alone')
    return vouch.call(this, entry, since)
  }
})
