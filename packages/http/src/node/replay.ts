import { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as SecureServer } from 'node:https'
import { Duplex } from 'node:stream'
import { replayedFields } from '../exposed.ts'
import type { RequestView } from '../request-view.ts'

/**
 * How a request of `node:http` or `node:https` is sent through its server once more, without a network: the server gets a request of its own, whose
 * response nobody reads. `undefined` for a request that did not come through a server.
 */
export function replayOf(message: IncomingMessage): RequestView['replay'] {
  const server: unknown = 'server' in message.socket ? message.socket.server : undefined
  if (!(server instanceof Server || server instanceof SecureServer)) return undefined
  return announce => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const socket = new Void(message.socket)
    const request = new IncomingMessage(socket as never)
    const fields = replayedFields(message.headers)
    request.method = 'GET'
    request.url =
      'originalUrl' in message && typeof message.originalUrl === 'string'
        ? message.originalUrl
        : (message.url ?? '/')
    request.headers = fields
    request.rawHeaders = Object.entries(fields).flat()
    request.push(null)
    const response = new ServerResponse(request)
    response.assignSocket(socket as never)
    response
      .once('close', resolve)
      .once('finish', resolve)
      .once('error', () => resolve())
    announce(request)
    server.emit('request', request, response)
    return promise
  }
}

/** A socket that nobody is at the other end of. */
class Void extends Duplex {
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean

  constructor(like: IncomingMessage['socket']) {
    super()
    this.remoteAddress = like.remoteAddress
    this.encrypted = 'encrypted' in like && like.encrypted === true
  }

  override _read(): void {}

  override _write(_: unknown, __: BufferEncoding, done: () => void): void {
    done()
  }

  setTimeout(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }
}
