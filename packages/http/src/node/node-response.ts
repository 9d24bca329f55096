import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Capture, HeadStep } from '../capture.ts'
import { ownFields, snapshotOf, withVary } from '../own-fields.ts'
import type { Reply } from '../reply.ts'

const SMALL_BYTES = 2048

type End = ServerResponse['end']
type Write = ServerResponse['write']
type Methods = Pick<ServerResponse, 'write' | 'end' | 'writeHead' | 'flushHeaders'>
type Chunk = string | Uint8Array

/** Sends a response as it is. Fields that middleware set before stay, `Vary` is joined. */
export function sendReply(response: ServerResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return
  const { status, body } = reply
  response.statusMessage = ''
  // By name: where a field is set already, Node takes each pair of a flat list out and puts it in again.
  response.writeHead(
    status,
    response.hasHeader('vary') ? withVary(reply, response.getHeader('vary')) : reply.byName,
  )
  if (body === undefined) response.end()
  // Head and a small body as one text cost less than as text and bytes; for a large one the copy costs more than that.
  else if (body.length <= SMALL_BYTES) response.end(body.toString('latin1'), 'latin1')
  else response.end(body)
}

/** Sets fields over a response's own; `Cache-Status` and `Vary` are lists that grow. */
export function addFields(response: ServerResponse, fields: readonly string[]): void {
  if (response.headersSent) return
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? ''
    const before = name === 'Cache-Status' ? response.getHeader(name) : undefined
    const value = fields[i + 1] ?? ''
    response.setHeader(name, before === undefined ? value : `${String(before)}, ${value}`)
  }
}

/**
 * Feeds what is written to a response to a capture, and lets the capture have its say. `over` is called once the handler is done with it.
 * Fields that middleware had set before are not the handler's: they are neither stored nor judged.
 */
export function tapResponse(response: ServerResponse, capture: Capture, over: () => void): void {
  const before = snapshotOf(response.getHeaders())
  const methods = methodsOf(response)
  let step: HeadStep | undefined
  const untap = (): void => {
    Object.assign(response, methods)
    over()
  }
  const replace = (reply: Reply): void => {
    untap()
    for (const name of Object.keys(response.getHeaders())) if (!(name in before)) response.removeHeader(name)
    for (const [name, value] of Object.entries(before))
      if (value !== undefined) response.setHeader(name, value)
    sendReply(response, reply)
    swallow(response)
  }
  const decide = (): HeadStep => {
    if (step !== undefined) return step
    step = capture.head(response.statusCode, ownFields(response.getHeaders(), before))
    if (step.kind === 'replace') replace(step.reply)
    else {
      addFields(response, step.fields)
      response.writeHead = methods.writeHead
    }
    return step
  }
  response.once('close', () => {
    capture.abort()
    over()
  })
  response.writeHead = (status: number, ...rest: unknown[]) => {
    const reason = typeof rest[0] === 'string' ? rest[0] : undefined
    response.statusCode = status
    if (reason !== undefined) response.statusMessage = reason
    setAll(
      response,
      rest.find(item => typeof item === 'object' && item !== null),
    )
    // Sent with the first byte, so that a body that comes in one piece can be judged whole.
    return response
  }
  response.flushHeaders = () => {
    if (decide().kind === 'send') methods.flushHeaders.call(response)
  }
  response.write = ((chunk: Chunk, encoding?: BufferEncoding | (() => void), done?: () => void) => {
    const bytes = bytesOf(chunk, encoding)
    if (decide().kind === 'replace') return true
    capture.chunk(bytes)
    return methods.write.call(response, chunk, encoding as BufferEncoding, done)
  }) as Write
  response.end = ((...args: unknown[]) => {
    const done = args.find((arg): arg is () => void => typeof arg === 'function')
    const [chunk, encoding] = args as [Chunk | undefined, BufferEncoding | undefined]
    const bytes =
      typeof chunk === 'function' || chunk === undefined || chunk === null
        ? Buffer.alloc(0)
        : bytesOf(chunk, encoding)
    if (response.destroyed) capture.abort()
    if (step === undefined) {
      step = capture.whole(response.statusCode, ownFields(response.getHeaders(), before), bytes)
      if (step.kind === 'replace') {
        replace(step.reply)
        return response
      }
      addFields(response, step.fields)
      untap()
      finish(response, methods.end, step.wait, bytes, done)
      return response
    }
    if (bytes.length > 0) capture.chunk(bytes)
    const wait = capture.end()
    untap()
    finish(response, methods.end, wait, bytes, done)
    return response
  }) as End
}

/** Its methods as they are now, those of middleware before included. They are called with the response as `this`. */
function methodsOf(response: ServerResponse): Methods {
  // oxlint-disable-next-line typescript/unbound-method
  const { write, end, writeHead, flushHeaders } = response
  return { write, end, writeHead, flushHeaders }
}

/** Ends a response, after what it has to wait for. */
function finish(
  response: ServerResponse,
  end: End,
  wait: Promise<void> | undefined,
  bytes: Buffer,
  done: (() => void) | undefined,
): void {
  const send = (): void => void end.call(response, bytes.length === 0 ? undefined : bytes, 'utf8', done)
  if (wait === undefined) send()
  else void wait.then(send, send)
}

/** What the handler still writes goes nowhere. */
function swallow(response: ServerResponse): void {
  const nothing = (): ServerResponse => response
  Object.assign(response, {
    write: () => true,
    end: nothing,
    writeHead: nothing,
    flushHeaders: () => {},
    setHeader: nothing,
    appendHeader: nothing,
    removeHeader: () => {},
  })
}

function setAll(response: ServerResponse, fields: unknown): void {
  if (Array.isArray(fields)) {
    const pairs = fields.every(Array.isArray) ? (fields as unknown[][]).flat() : (fields as unknown[])
    const names = new Set<string>()
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const name = String(pairs[i])
      const value = pairs[i + 1] as string
      if (names.has(name.toLowerCase())) response.appendHeader(name, value)
      else response.setHeader(name, value)
      names.add(name.toLowerCase())
    }
  } else if (fields !== undefined) {
    for (const [name, value] of Object.entries(fields as OutgoingHttpHeaders))
      if (value !== undefined) response.setHeader(name, value)
  }
}

function bytesOf(chunk: Chunk, encoding: unknown): Buffer {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
