import { connect, type Socket } from 'node:net'
import { quantile } from '../../statistics.ts'

/*
 * A client in a process of its own, so that it shares no event loop with the server it measures: so many connections, each with one
 * request under way. It reads of an answer no more than it must, since what it spends, the server cannot use.
 */

/** What a client is told to do. */
export interface LoadTask {
  readonly port: number
  readonly path: string
  readonly connections: number
  readonly sliceMs: number
  /** Bytes that an answer has at least. */
  readonly least: number
}

/** What it saw. */
export interface Loaded {
  readonly answers: number
  readonly ms: number
  readonly p50: number
  readonly p99: number
  /** Answers with another status than 200, or with less than they should have. */
  readonly wrong: number
  readonly error?: string
}

process.on('disconnect', () => process.exit())
process.on('message', (task: LoadTask) => {
  load(task).then(
    loaded => process.send?.(loaded),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})

async function load({ port, path, connections, sliceMs, least }: LoadTask): Promise<Loaded> {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  const latencies: number[] = []
  const from = performance.now()
  const until = from + sliceMs
  let wrong = 0
  const client = async (): Promise<void> => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true)
    for (let asked = performance.now(); asked < until;) {
      socket.write(request)
      if (!(await answered(socket, least))) wrong++
      const now = performance.now()
      latencies.push(now - asked)
      asked = now
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: connections }, client))
  return {
    answers: latencies.length,
    ms: performance.now() - from,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    wrong,
  }
}

/** Resolves when an answer is complete, with whether it is a 200 of so many bytes. */
function answered(socket: Socket, least: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let missing = Number.NaN
    let isRight = false
    const hear = (chunk: Buffer): void => {
      if (Number.isNaN(missing)) {
        const head = chunk.toString('latin1', 0, chunk.indexOf('\r\n\r\n') + 4)
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
        isRight = head.startsWith('HTTP/1.1 200 ') && length >= least
        missing = head.length + length
        if (Number.isNaN(missing)) return end(() => reject(new Error(`no length in ${JSON.stringify(head)}`)))
      }
      missing -= chunk.length
      if (missing <= 0) end(() => resolve(isRight))
    }
    const fail = (error?: Error): void =>
      end(() => reject(error ?? new Error('the server closed a connection')))
    const end = (settle: () => void): void => {
      socket.off('data', hear).off('error', fail).off('close', fail)
      settle()
    }
    socket.on('data', hear).on('error', fail).on('close', fail)
  })
}
