import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Link } from '../../src/bounded/link.ts'

let server: Server
let link: Link
const accepted: Socket[] = []

beforeEach(async () => {
  accepted.length = 0
  server = createServer(socket => {
    accepted.push(socket)
    socket.on('error', () => {})
    socket.on('data', bytes => socket.write(`<${String(bytes)}>`))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  link = await Link.to((server.address() as AddressInfo).port)
})

afterEach(async () => {
  await link[Symbol.asyncDispose]()
  for (const socket of accepted) socket.destroy()
  server.close()
})

async function dial(): Promise<Socket> {
  const socket = connect(link.port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

async function answer(socket: Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  return String(bytes)
}

test('bytes arrive, and answers come back', async () => {
  const socket = await dial()
  socket.write('a')
  expect(await answer(socket)).toBe('<a>')
})

test('bytes stay in order when the delay goes away between them', async () => {
  const socket = await dial()
  socket.write('warm')
  await answer(socket)
  link.delayMs = 100
  socket.write('first')
  // By the time a connection past the link is answered, the link has read these bytes.
  await roundTripPastLink()
  link.delayMs = 0
  socket.write('second')
  let text = ''
  while (!text.includes('second')) text += await answer(socket)
  expect(text).toMatch(/first.*second/)
})

test('what is held arrives when it is let go, and only then', async () => {
  const socket = await dial()
  link.hold('commands')
  let heard = ''
  socket.on('data', bytes => (heard += String(bytes)))
  socket.write('held')
  const free = await dial()
  free.write('\r\nsubscribe\r\n')
  // The subscriber is not held: by the time it is answered, the other would have been.
  expect(await answer(free)).toContain('subscribe')
  expect(heard).toBe('')
  const arrived = once(socket, 'data')
  link.release()
  await arrived
  expect(heard).toBe('<held>')
})

test('a far side that vanishes says nothing to the near side; a new connection works', async () => {
  const socket = await dial()
  socket.write('a')
  await answer(socket)
  let ended = false
  socket.on('close', () => (ended = true))
  link.loseFarSide()
  socket.write('b')
  const fresh = await dial()
  fresh.write('c')
  expect(await answer(fresh)).toBe('<c>')
  expect(ended).toBe(false)
})

test('a closed port refuses, and works again when it is open', async () => {
  const socket = await dial()
  const closed = once(socket, 'close')
  await link.refuse()
  await closed
  const refused = connect(link.port, '127.0.0.1')
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNREFUSED')
  await link.admit()
  const fresh = await dial()
  fresh.write('d')
  expect(await answer(fresh)).toBe('<d>')
})

async function roundTripPastLink(): Promise<void> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('x')
  await answer(socket)
  socket.destroy()
}
