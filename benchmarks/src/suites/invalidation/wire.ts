import { Socket } from 'node:net'
import { now } from '../../now.ts'

type Method = (...args: unknown[]) => unknown

/** When this process last began to write to a socket, and when bytes last came, by `now`, since it was last asked to forget. 0: not since. */
export const wire: { wroteAt: number; heardAt: number } = { wroteAt: 0, heardAt: 0 }

const sockets = Socket.prototype as unknown as Record<'write' | 'push', Method>
const { write, push } = sockets

// Where a socket hands on what it is given, and what came in: the ends of the way through a client.
sockets.write = function (...args) {
  if (wire.wroteAt === 0) wire.wroteAt = now()
  return Reflect.apply(write, this, args)
}
sockets.push = function (...args) {
  if (wire.heardAt === 0) wire.heardAt = now()
  return Reflect.apply(push, this, args)
}
