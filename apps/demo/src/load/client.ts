import { Agent } from 'undici'
import { monotonicMs } from '../clock.ts'
import type { ReadReply, WriteReply } from '../protocol.ts'

/** An answer and when its request was sent and it arrived, in {@link monotonicMs}. */
export interface Timed<T> {
  readonly reply: T
  readonly begin: number
  readonly end: number
}

/** Speaks to the marketplace over kept-alive connections. Rejects for anything but a 200, naming what came instead. */
export interface Client {
  read(address: string, path: string, past?: 'cache'): Promise<Timed<ReadReply>>
  write(address: string, path: string, body: object): Promise<Timed<WriteReply>>
  close(): Promise<void>
}

const deadlineMs = 10_000

export function createClient(connections: number): Client {
  const agent = new Agent({ connections, headersTimeout: deadlineMs, bodyTimeout: deadlineMs })
  const send = async <T>(
    origin: string,
    path: string,
    rest: { method: 'GET' | 'PUT'; headers?: Record<string, string>; body?: string },
  ): Promise<Timed<T>> => {
    const begin = monotonicMs()
    const response = await agent.request({ origin, path, ...rest })
    const text = await response.body.text()
    const end = monotonicMs()
    if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${text.trim().slice(0, 200)}`)
    return { reply: JSON.parse(text) as T, begin, end }
  }
  return {
    read: (address, path, past) =>
      send(address, path, { method: 'GET', ...(past && { headers: { 'cache-control': 'no-store' } }) }),
    write: (address, path, body) =>
      send(address, path, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: () => agent.destroy(),
  }
}
