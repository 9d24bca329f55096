import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Address } from './contender.ts'
import type { Link, Links } from './link.ts'
import { Stream } from './stream.ts'

/** A connection shows within this many writes what it is for. */
const WRITES_TO_TELL = 12

/**
 * Stands between one instance and one server, and does to connections what the instance's links say. A connection is one for commands
 * until it subscribes; where it is encrypted that cannot be seen, and all are for commands.
 */
export class Proxy implements AsyncDisposable {
  readonly #server: Server
  readonly #target: Address
  readonly #links: Links
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, target: Address, links: Links) {
    this.#server = server
    this.#target = target
    this.#links = links
    server.on('connection', socket => this.#accept(socket))
  }

  static async to(target: Address, links: Links): Promise<Proxy> {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Proxy(server, target, links)
  }

  get address(): Address {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await Promise.resolve()
  }

  #accept(client: Socket): void {
    const { host, port } = this.#target
    const server = connect({ host, port, allowHalfOpen: true })
    let link = this.#links.data
    const up = new Stream(server, () => link.up)
    const down = new Stream(client, () => link.down)
    const connection = {
      cut: () => {
        client.resetAndDestroy()
        server.resetAndDestroy()
      },
      halfClose: (side: 'client' | 'server') => void (side === 'client' ? client : server).end(),
    }
    const use = (next: Link): void => {
      leave(link, connection, up, down)
      link = next
      link.open.add(connection)
      link.pumps.add(up.changed).add(down.changed)
    }
    use(link)
    let writes = 0
    client.on('data', (bytes: Buffer) => {
      if (
        writes++ < WRITES_TO_TELL &&
        link === this.#links.data &&
        /subscribe/i.test(bytes.toString('latin1'))
      )
        use(this.#links.bus)
      up.push(bytes)
    })
    server.on('data', (bytes: Buffer) => down.push(bytes))
    client.on('end', () => up.end())
    server.on('end', () => down.end())
    this.#keep(client, () => {
      // Its last requests may be on their way still; the answers have nowhere to go.
      down.drop()
      up.end()
    })
    this.#keep(server, () => {
      up.drop()
      down.end()
      leave(link, connection, up, down)
    })
  }

  #keep(socket: Socket, onClose: () => void): void {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#sockets.delete(socket)
      onClose()
    })
  }
}

function leave(
  link: Link,
  connection: Link['open'] extends Set<infer C> ? C : never,
  up: Stream,
  down: Stream,
): void {
  link.open.delete(connection)
  link.pumps.delete(up.changed)
  link.pumps.delete(down.changed)
}
