import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

interface Chunk {
  readonly bytes: Buffer
  readonly due: number
}

/**
 * A link that can be slow, silent or dead. Bytes stay in order in each direction, whatever changes meanwhile: a link that reorders or
 * drops some would hand a reply to the wrong request, which no real network does.
 */
export class Proxy implements AsyncDisposable {
  /** Added to each direction. */
  delayMs = 0
  /** New connections are accepted and never answered, even later. */
  deaf = false
  /** Connections that were accepted so. */
  forgotten = 0
  readonly #server: Server
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  readonly #pumps = new Set<() => void>()
  #silent = false

  private constructor(server: Server, target: number) {
    this.#server = server
    this.#target = target
    server.on('connection', socket => this.#accept(socket))
  }

  static async to(port: number): Promise<Proxy> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Proxy(server, port)
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Bytes wait, connections stay open: a black hole, until it is over. */
  set silent(silent: boolean) {
    this.#silent = silent
    if (!silent) for (const pump of this.#pumps) pump()
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.cut()
    await Promise.resolve()
  }

  #accept(client: Socket): void {
    this.#keep(client)
    if (this.deaf) {
      this.forgotten++
      return
    }
    const server = this.#keep(connect(this.#target, '127.0.0.1'))
    this.#join(client, server)
    this.#join(server, client)
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    return socket
  }

  #join(from: Socket, to: Socket): void {
    const chunks: Chunk[] = []
    let timer: NodeJS.Timeout | undefined
    const pump = (): void => {
      clearTimeout(timer)
      timer = undefined
      for (let next = chunks[0]; next !== undefined && !this.#silent; next = chunks[0]) {
        const early = next.due - performance.now()
        if (early > 0) {
          timer = setTimeout(pump, early)
          return
        }
        chunks.shift()
        to.write(next.bytes)
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
      to.destroy()
    })
  }
}
