import { once } from 'node:events'
import { connect } from 'node:net'

/** Asks for the bytes of a key; null where there is none. */
export type BareGet = (key: string) => Promise<Buffer | null>

/**
 * `GET` over a socket and nothing else, which is as fast as Node.js can ask: commands of a turn go out in one write, and an answer is cut
 * out of what arrives. Knows bulk strings alone; anything else rejects what waits.
 */
export async function bareSocket(redisUrl: string): Promise<BareGet> {
  const { hostname, port } = new URL(redisUrl)
  const socket = connect(Number(port || 6379), hostname).setNoDelay(true)
  await once(socket, 'connect')
  const waiting: { resolve: (bytes: Buffer | null) => void; reject: (error: Error) => void }[] = []
  let rest: Buffer = Buffer.alloc(0)
  let answered = 0
  const fail = (error: Error): void => {
    for (const { reject } of waiting.splice(0)) reject(error)
    answered = 0
  }
  socket.on('error', fail)
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    for (let reply = readBulk(rest, at); reply !== undefined; reply = readBulk(rest, at)) {
      if (reply.end < 0) return fail(new Error('Redis answered with something else than a bulk string'))
      waiting[answered++]?.resolve(reply.bytes)
      at = reply.end
    }
    rest = rest.subarray(at)
    if (answered < 1024 && answered < waiting.length) return
    waiting.splice(0, answered)
    answered = 0
  })
  let unsent = ''
  const send = (): void => {
    socket.write(unsent)
    unsent = ''
  }
  return key =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject })
      if (unsent === '') process.nextTick(send)
      unsent += `*2\r\n$3\r\nGET\r\n$${Buffer.byteLength(key)}\r\n${key}\r\n`
    })
}

interface Bulk {
  readonly bytes: Buffer | null
  /** Where the next reply begins; below 0 where this is no bulk string. */
  readonly end: number
}

const DOLLAR = 0x24

/** The reply at a place, or undefined while it is not complete. */
export function readBulk(bytes: Buffer, at: number): Bulk | undefined {
  if (at >= bytes.length) return undefined
  if (bytes[at] !== DOLLAR) return { bytes: null, end: -1 }
  const line = bytes.indexOf('\r\n', at)
  if (line < 0) return undefined
  const length = Number(bytes.toString('latin1', at + 1, line))
  if (length < 0) return { bytes: null, end: line + 2 }
  const end = line + 2 + length
  return end + 2 > bytes.length ? undefined : { bytes: bytes.subarray(line + 2, end), end: end + 2 }
}
