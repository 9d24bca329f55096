import type { Redis } from 'ioredis'
import type { Cancel, Clock } from '../clock.ts'
import type { StoreListener } from '../store.ts'
import type { Client, Connections } from './connect.ts'
import { redisError } from './redis-error.ts'

/** Between two looks at the connections. The subscriber is asked something at each, and has to have answered the one before. */
const LOOK_MS = 1000

/**
 * Watches the connections: which are up, what they complain of, and whether one that was accepted is ever answered. Everything it
 * puts on a client it takes off again, since a client may be its owner's.
 */
export class Links {
  /** Resolves when the first of them is up, or has failed. */
  readonly firstKnown: Promise<void>
  isKnown = false
  readonly #connections: Connections
  readonly #undo: (() => void)[] = []
  #turn = 0

  constructor(connections: Connections, clock: Clock, connectMs: number, listener: StoreListener) {
    this.#connections = connections
    const known = Promise.withResolvers<void>()
    this.firstKnown = known.promise
    const settle = (): void => {
      this.isKnown = true
      known.resolve()
    }
    const { commands, subscriber, owned } = connections
    for (const [i, client] of commands.entries()) {
      const up = async (): Promise<void> => {
        await reachNodes(client)
        settle()
        if (i === 0) listener.onConnection(true)
      }
      this.#on(client, 'ready', () => void up())
      this.#on(client, 'close', () => {
        settle()
        if (i === 0) listener.onConnection(false)
      })
      if (client.status === 'ready') void up()
    }
    for (const client of [...commands, subscriber]) {
      this.#on(client, 'error', (error: unknown) => listener.onError(redisError('the connection', error)))
      if (owned || client === subscriber) this.#giveUpSilent(client, clock, connectMs)
      // A client that waits to be asked is asked.
      if (client.status === 'wait') client.connect().catch(() => {})
    }
    const looks = [() => this.#giveUpEnded()]
    if (!('nodes' in subscriber)) looks.push(giveUpVanished(subscriber))
    this.#often(clock, looks)
  }

  /** The connection to use now: one that is ready, in turn. */
  next(): Client | undefined {
    const { commands } = this.#connections
    for (let tried = 0; tried < commands.length; tried++) {
      this.#turn = this.#turn + 1 < commands.length ? this.#turn + 1 : 0
      if (commands[this.#turn]?.status === 'ready') break
    }
    return commands[this.#turn]
  }

  /** Drops connections that do not answer although they look open. A Cluster finds its nodes by itself. */
  reconnect(): void {
    const { commands, owned } = this.#connections
    if (!owned) return
    for (const client of commands) {
      if (client.status === 'ready' && !('nodes' in client)) drop(client, true)
    }
  }

  close(): void {
    const { commands, subscriber, owned } = this.#connections
    for (const undo of this.#undo.splice(0)) undo()
    for (const client of owned ? [...commands, subscriber] : [subscriber]) {
      client.on('error', () => {}) // what it still complains of while it closes
      drop(client, false)
    }
  }

  /** A server that takes a connection and never answers its handshake is left after `connectMs`. */
  #giveUpSilent(client: Client, clock: Clock, connectMs: number): void {
    let cancel: Cancel = () => {}
    const stop = (): void => cancel()
    this.#on(client, 'connect', () => {
      cancel()
      cancel = clock.after(connectMs, () => {
        if (client.status === 'connect' && !('nodes' in client)) drop(client, true)
      })
    })
    this.#on(client, 'ready', stop)
    this.#on(client, 'close', stop)
    this.#undo.push(stop)
  }

  /** Sockets that were half closed may never say that they are: they count as ready, and nothing can be written to them. */
  #giveUpEnded(): void {
    const { commands, subscriber, owned } = this.#connections
    for (const client of owned ? [...commands, subscriber] : [subscriber])
      for (const node of 'nodes' in client ? client.nodes('all') : [client])
        if (node.status === 'ready' && socketsOf(node).some(({ writable }) => !writable)) drop(node, true)
  }

  #often(clock: Clock, looks: readonly (() => void)[]): void {
    let cancel: Cancel = () => {}
    const look = (): void => {
      for (const one of looks) one()
    }
    const beat = (): void => {
      // A process that was busy hears its timers before its sockets.
      clock.soon(look)
      cancel = clock.after(LOOK_MS, beat)
    }
    cancel = clock.after(LOOK_MS, beat)
    this.#undo.push(() => cancel())
  }

  #on(client: Client, event: string, listener: (...args: never[]) => void): void {
    client.on(event, listener as () => void)
    this.#undo.push(() => client.off(event, listener as () => void))
  }
}

/** A subscriber sends nothing by itself, so one whose other side vanished would stay open for minutes. */
function giveUpVanished(subscriber: Redis): () => void {
  let unanswered = false
  const answered = (): void => void (unanswered = false)
  return () => {
    if (subscriber.status !== 'ready') return answered()
    if (unanswered) {
      answered()
      return drop(subscriber, true)
    }
    unanswered = true
    subscriber.ping().then(answered, answered)
  }
}

type Socket = Pick<NodeJS.WritableStream, 'on' | 'writable'>
/** Sockets that are being ended. */
const dropped = new WeakSet<Socket>()

function socketsOf(client: Redis): Socket[] {
  const { stream, connector } = client as unknown as { stream?: Socket; connector?: { stream?: Socket } }
  return [stream, connector?.stream].filter(socket => socket !== undefined)
}

/**
 * Ends a connection. ioredis listens to one error of a socket that connects; one that is ended in the middle of a TLS
 * handshake has two, and the second would end the process.
 */
function drop(client: Client, reconnect: boolean): void {
  let fresh = false
  for (const one of 'nodes' in client ? client.nodes('all') : [client]) {
    for (const socket of socketsOf(one)) {
      if (dropped.has(socket)) continue
      fresh = true
      dropped.add(socket)
      socket.on('error', () => {})
    }
  }
  // It takes a moment until it is closed, and calls itself ready until then.
  if (fresh || !reconnect) client.disconnect(reconnect)
}

/**
 * A Cluster says that it is ready when it knows its nodes, and refuses what is sent to one it has no connection to yet. Never
 * rejects: a node that cannot be reached refuses for itself.
 */
async function reachNodes(client: Client): Promise<void> {
  if (!('nodes' in client)) return
  await Promise.allSettled(
    client.nodes('master').map(node => (node.status === 'wait' ? node.connect() : once(node, 'ready'))),
  )
}

function once(node: Redis, event: string): Promise<void> {
  return new Promise(resolve => {
    if (node.status === event) resolve()
    else node.once(event, () => resolve())
  })
}
