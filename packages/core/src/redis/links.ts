import type { Cancel, Clock } from '../clock.ts'
import type { StoreListener } from '../store.ts'
import type { Client, Connections } from './connect.ts'
import { redisError } from './redis-error.ts'

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
    for (const client of commands) {
      this.#on(client, 'close', settle)
      this.#on(client, 'ready', settle)
      if (client.status === 'ready') settle()
    }
    const [first] = commands
    if (first !== undefined) {
      this.#on(first, 'ready', () => listener.onConnection(true))
      this.#on(first, 'close', () => listener.onConnection(false))
      if (first.status === 'ready') listener.onConnection(true)
    }
    for (const client of [...commands, subscriber]) {
      this.#on(client, 'error', (error: unknown) => listener.onError(redisError('the connection', error)))
      if (owned || client === subscriber) this.#giveUpSilent(client, clock, connectMs)
      // A client that waits to be asked is asked.
      if (client.status === 'wait') client.connect().catch(() => {})
    }
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
      if (client.status === 'ready' && !('nodes' in client)) client.disconnect(true)
    }
  }

  close(): void {
    const { commands, subscriber, owned } = this.#connections
    for (const undo of this.#undo.splice(0)) undo()
    for (const client of owned ? [...commands, subscriber] : [subscriber]) {
      client.on('error', () => {}) // what it still complains of while it closes
      client.disconnect()
    }
  }

  /** A server that takes a connection and never answers its handshake is left after `connectMs`. */
  #giveUpSilent(client: Client, clock: Clock, connectMs: number): void {
    let cancel: Cancel = () => {}
    const stop = (): void => cancel()
    this.#on(client, 'connect', () => {
      cancel()
      cancel = clock.after(connectMs, () => {
        if (client.status === 'connect' && !('nodes' in client)) client.disconnect(true)
      })
    })
    this.#on(client, 'ready', stop)
    this.#on(client, 'close', stop)
    this.#undo.push(stop)
  }

  #on(client: Client, event: string, listener: (...args: never[]) => void): void {
    client.on(event, listener as () => void)
    this.#undo.push(() => client.off(event, listener as () => void))
  }
}
