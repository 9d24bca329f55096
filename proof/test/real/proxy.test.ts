import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { change, cut, halfClose, type Links, openLink } from '../../src/real/link.ts'
import { Proxy } from '../../src/real/proxy.ts'

let server: Server
let proxy: Proxy
let links: Links
let atServer: Socket[]
let client: Socket
let received: string

beforeEach(async () => {
  atServer = []
  received = ''
  server = createServer({ allowHalfOpen: true }, socket => {
    atServer.push(socket)
    socket.on('data', bytes => socket.write(bytes.toString().toUpperCase()))
    socket.on('end', () => socket.end())
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  links = { data: openLink(), bus: openLink() }
  proxy = await Proxy.to({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, links)
  client = await open()
})

afterEach(async () => {
  client.destroy()
  await proxy[Symbol.asyncDispose]()
  for (const socket of atServer) socket.destroy()
  server.close()
})

async function open(): Promise<Socket> {
  const socket = connect({ port: proxy.address.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  socket.on('data', bytes => (received += bytes.toString()))
  await once(socket, 'connect')
  return socket
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 3000; !holds(); await pass(2))
    if (performance.now() > end) throw new Error(`waited for 3 s; received ${received.slice(0, 100)}`)
}

describe('a proxy', () => {
  test('passes everything on, in both directions', async () => {
    client.write('hello')
    await until(() => received === 'HELLO')
  })

  test('keeps bytes in order when a delay ends while they are on their way', async () => {
    const heal = change(links.data, { delayMs: 80 })
    client.write('first ')
    await until(() => links.data.open.size === 1)
    await pass(10)
    heal()
    client.write('second')
    await until(() => received === 'FIRST SECOND')
  })

  test('delays', async () => {
    change(links.data, { delayMs: 40 })
    const from = performance.now()
    client.write('x')
    await until(() => received === 'X')
    expect(performance.now() - from).toBeGreaterThanOrEqual(78)
  })

  test('limits the bandwidth', async () => {
    change(links.data, { bytesPerSecond: 10_000 }, ['up'])
    const from = performance.now()
    client.write('x'.repeat(2000))
    await until(() => received.length === 2000)
    expect(performance.now() - from).toBeGreaterThan(180)
  })

  test('has nothing left to deliver late once a slow link is fast again', async () => {
    const heal = change(links.data, { bytesPerSecond: 1000 }, ['up'])
    client.write('x'.repeat(20_000))
    await until(() => received.length > 0)
    heal()
    await until(() => received.length === 20_000)
  })

  test('cuts what is sent into single bytes, and loses none', async () => {
    change(links.data, { pieces: 1 })
    const pieces: number[] = []
    client.on('data', bytes => pieces.push(bytes.length))
    const text = 'the quick brown fox jumps over the lazy dog. '.repeat(20)
    client.write(text)
    await until(() => received.length === text.length)
    expect(received).toBe(text.toUpperCase())
    expect(pieces.length).toBeGreaterThan(3)
  })

  test('is a black hole in one direction or both, and gives everything out when that is over', async () => {
    const heal = change(links.data, { silent: true }, ['down'])
    client.write('asked')
    await until(() => (atServer[0]?.bytesRead ?? 0) === 5)
    await pass(20)
    expect(received).toBe('')
    heal()
    await until(() => received === 'ASKED')
  })

  test('delivers what was sent before the sender closed, however late', async () => {
    const heal = change(links.data, { silent: true }, ['up'])
    client.write('last words')
    await pass(20)
    client.destroy()
    await pass(20)
    expect(atServer[0]?.bytesRead).toBe(0)
    heal()
    await until(() => (atServer[0]?.bytesRead ?? 0) === 10)
  })

  test('cuts connections', async () => {
    client.write('x')
    await until(() => received === 'X')
    const closed = new Promise(resolve => client.once('close', resolve))
    cut(links.data)
    await closed
    await until(() => links.data.open.size === 0)
  })

  test('closes one half of a connection', async () => {
    client.write('x')
    await until(() => received === 'X')
    const ended = once(client, 'end')
    halfClose(links.data, 'client')
    await ended
    client.write('still heard')
    await until(() => (atServer[0]?.bytesRead ?? 0) >= 12)
  })

  test('takes a connection that subscribes for one of messages, and treats the two apart', async () => {
    const subscriber = await open()
    subscriber.write('*2\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n')
    await until(() => links.bus.open.size === 1)
    expect(links.data.open.size).toBe(1)
    const heal = change(links.bus, { silent: true })
    subscriber.write('not heard')
    client.write('heard')
    await until(() => received.includes('HEARD'))
    expect(received).not.toContain('NOT HEARD')
    heal()
    await until(() => received.includes('NOT HEARD'))
    subscriber.destroy()
  })
})
