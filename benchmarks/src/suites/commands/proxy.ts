import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** What went to Redis since the last `take`. */
export interface Traffic {
  /** Times something was sent on a connection that had answered everything before, or was idle. */
  readonly roundTrips: number
  /** Names of the commands, in the order they were sent. */
  readonly commands: readonly string[]
}

/** Sits between a client and Redis and counts what passes. */
export class Proxy {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #roundTrips = 0
  /** How often it began anew: what was on its way then is no part of what comes. */
  #begun = 0
  #commands: string[] = []
  #onTraffic: (() => void) | undefined

  private constructor(server: Server, target: URL) {
    this.#server = server
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('the proxy does not listen')
    this.port = address.port
    server.on('connection', client => this.#join(client, target))
  }

  static async start(target: string): Promise<Proxy> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Proxy(server, new URL(target))
  }

  /** What passed, and begins anew. */
  take(): Traffic {
    const traffic = { roundTrips: this.#roundTrips, commands: this.#commands }
    this.#roundTrips = 0
    this.#commands = []
    this.#begun++
    return traffic
  }

  /** Resolves at the next command, or after `ms`: right after a heartbeat there is time to measure before the next one. */
  async quiet(ms: number): Promise<void> {
    const heard = new Promise<void>(resolve => (this.#onTraffic = resolve))
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(() => late.resolve(), ms)
    await Promise.race([heard, late.promise])
    clearTimeout(timer)
  }

  stop(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(client: Socket, target: URL): void {
    const redis = connect({ host: target.hostname, port: Number(target.port || 6379), noDelay: true })
    let countedSince = this.#begun
    let wasAnswered = true
    const names = commandNames()
    for (const socket of [client, redis]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        redis.destroy()
      })
    }
    client.on('data', (chunk: Buffer) => {
      if (wasAnswered || countedSince !== this.#begun) this.#roundTrips++
      wasAnswered = false
      countedSince = this.#begun
      this.#commands.push(...names(chunk))
      this.#onTraffic?.()
      redis.write(chunk)
    })
    redis.on('data', (chunk: Buffer) => {
      wasAnswered = true
      client.write(chunk)
    })
  }
}

/** Reads the names of commands from what a client sends: arrays of bulk strings. */
export function commandNames(): (chunk: Buffer) => string[] {
  let rest: Buffer = Buffer.alloc(0)
  return chunk => {
    rest = Buffer.concat([rest, chunk])
    const names: string[] = []
    for (let read = readCommand(rest); read !== undefined; read = readCommand(rest)) {
      names.push(read.name)
      rest = rest.subarray(read.end)
    }
    return names
  }
}

function readCommand(bytes: Buffer): { name: string; end: number } | undefined {
  const head = readLine(bytes, 0)
  if (head === undefined) return undefined
  let name = ''
  let at = head.end
  for (let left = Number(head.text.slice(1)); left > 0; left--) {
    const length = readLine(bytes, at)
    if (length === undefined) return undefined
    const end = length.end + Number(length.text.slice(1))
    if (end + 2 > bytes.length) return undefined
    if (name === '') name = bytes.toString('latin1', length.end, end).toUpperCase()
    at = end + 2
  }
  return { name, end: at }
}

function readLine(bytes: Buffer, from: number): { text: string; end: number } | undefined {
  const end = bytes.indexOf('\r\n', from)
  return end < 0 ? undefined : { text: bytes.toString('latin1', from, end), end: end + 2 }
}
