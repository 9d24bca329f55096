import { Remote } from '../../../packages/core/src/remote.ts'
import { replace } from './replace.ts'

/** Values that were loaded and are not in Redis, or not yet. */
const unconfirmed = new WeakSet<object>()

/** A loader gives a value. */
export function noteLoaded(value: object): void {
  unconfirmed.add(value)
}

/** Whether a value was loaded and is not in Redis, as far as its instance knows. */
export function isUnconfirmed(value: object | undefined): boolean {
  return value !== undefined && unconfirmed.has(value)
}

replace(Remote.prototype, 'fill', fill => {
  return async function (this: Remote, partition, lease, outgoing) {
    const reply = await fill.call(this, partition, lease, outgoing)
    if (reply === 'stored' && typeof outgoing.value === 'object' && outgoing.value !== null)
      unconfirmed.delete(outgoing.value)
    return reply
  }
})
