import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** What travels over a connection: commands, or what a subscriber hears. */
export type Traffic = 'commands' | 'messages'

interface Connection {
  readonly client: Socket
  /** `undefined`: accepted, and never passed on. */
  server: Socket | undefined
  traffic: Traffic
  /** The other side is gone, and this one will never be told. */
  halfOpen: boolean
}

/**
 * The network between an application and its Redis: it can be slow, silent, half dead, closed. In each direction bytes stay in order
 * whatever changes meanwhile, as in any network.
 */
export class Link implements AsyncDisposable {
  /** Added in each direction. */
  delayMs = 0
  /** New connections are accepted and never answered. */
  deaf = false
  readonly #target: number
  readonly #port: number
  readonly #connections = new Set<Connection>()
  readonly #pumps = new Set<() => void>()
  #held: ReadonlySet<Traffic> = new Set()
  #server: Server

  private constructor(server: Server, target: number) {
    this.#server = server
    this.#target = target
    this.#port = (server.address() as AddressInfo).port
    server.on('connection', socket => this.#accept(socket))
  }

  static async to(port: number): Promise<Link> {
    return new Link(await listen(0), port)
  }

  get port(): number {
    return this.#port
  }

  /** Bytes of these connections wait, in both directions; the connections stay open. */
  hold(...traffic: Traffic[]): void {
    this.#held = new Set(traffic)
  }

  /** Whatever was held goes on its way. */
  release(): void {
    this.#held = new Set()
    for (const pump of this.#pumps) pump()
  }

  /** The far side of every connection vanishes without a word. New connections work. */
  loseFarSide(): void {
    for (const connection of this.#connections) {
      connection.halfOpen = true
      connection.server?.destroy()
    }
  }

  /** Every connection is reset. */
  cut(): void {
    for (const { client, server } of this.#connections) {
      client.destroy()
      server?.destroy()
    }
  }

  /** The port is closed: connections are refused. */
  async refuse(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    await closed
  }

  /** The port is open again. */
  async admit(): Promise<void> {
    this.#server = await listen(this.#port)
    this.#server.on('connection', socket => this.#accept(socket))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.refuse()
    else this.cut()
  }

  #accept(client: Socket): void {
    const connection: Connection = { client, server: undefined, traffic: 'commands', halfOpen: false }
    this.#connections.add(connection)
    calm(client)
    client.on('close', () => {
      this.#connections.delete(connection)
      connection.server?.destroy()
    })
    if (this.deaf) {
      client.resume()
      return
    }
    const server = connect(this.#target, '127.0.0.1')
    connection.server = server
    calm(server)
    server.on('close', () => {
      if (!connection.halfOpen) client.destroy()
    })
    client.on('data', bytes => {
      if (String(bytes).includes('\r\nsubscribe\r\n')) connection.traffic = 'messages'
    })
    this.#pump(connection, client, server)
    this.#pump(connection, server, client)
  }

  #pump(connection: Connection, from: Socket, to: Socket): void {
    const chunks: { readonly bytes: Buffer; readonly due: number }[] = []
    let timer: NodeJS.Timeout | undefined
    const pump = (): void => {
      clearTimeout(timer)
      timer = undefined
      for (let next = chunks[0]; next !== undefined; next = chunks[0]) {
        if (this.#held.has(connection.traffic)) return
        const early = next.due - performance.now()
        if (early > 0) {
          timer = setTimeout(pump, early)
          return
        }
        chunks.shift()
        if (to.writable) to.write(next.bytes)
      }
    }
    this.#pumps.add(pump)
    from.on('data', (bytes: Buffer) => {
      chunks.push({ bytes, due: performance.now() + this.delayMs })
      if (timer === undefined) pump()
    })
    from.on('close', () => {
      clearTimeout(timer)
      this.#pumps.delete(pump)
    })
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function calm(socket: Socket): void {
  socket.setNoDelay(true)
  socket.on('error', () => {}) // followed by 'close'
}
