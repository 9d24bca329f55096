import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { startBalancer, type Balancer } from '../src/balancer/balancer.ts'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  open.push(() => new Promise(resolve => (server.closeAllConnections(), server.close(resolve))))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function balance(...addresses: string[]): Promise<Balancer> {
  const balancer = await startBalancer(0)
  open.push(() => balancer.close())
  addresses.forEach((address, at) => balancer.rotation.put({ name: `i${at}`, address }))
  return balancer
}

const dying: RequestListener = request => request.socket.destroy()
const echo: RequestListener = (request, response) => {
  response.setHeader('x-cache', 'memory')
  request.pipe(response)
}

test('passes method, path, body, status and headers through', async () => {
  const { address } = await balance(
    await serve((request, response) => {
      response.writeHead(201, {
        'x-seen': `${request.method} ${request.url} ${String(request.headers['x-mine'])}`,
      })
      request.pipe(response)
    }),
  )
  const response = await fetch(`${address}/a?b=1`, {
    method: 'PUT',
    body: 'hello',
    headers: { 'x-mine': 'yes' },
  })
  expect([response.status, response.headers.get('x-seen'), await response.text()]).toEqual([
    201,
    'PUT /a?b=1 yes',
    'hello',
  ])
})

test('a request whose instance dies is answered by the next, with its body', async () => {
  const balancer = await balance(await serve(dying), await serve(echo))
  for (let n = 0; n < 4; n++) {
    const response = await fetch(balancer.address, { method: 'PUT', body: `write ${n}` })
    expect([response.status, await response.text()]).toEqual([200, `write ${n}`])
  }
  expect(balancer.retried()).toBe(1)
})

test('what may not be repeated is not', async () => {
  const { address } = await balance(await serve(dying), await serve(echo))
  const statuses = [
    await fetch(address, { method: 'POST', body: 'x' }),
    await fetch(address, { method: 'POST', body: 'x' }),
  ]
  expect(statuses.map(response => response.status)).toEqual([502, 200])
})

test('says which: no instance runs, none answers, the body is too large', async () => {
  const empty = await balance()
  expect((await fetch(empty.address)).status).toBe(503)
  const dead = await balance(await serve(dying))
  expect((await fetch(dead.address)).status).toBe(502)
  const alive = await balance(await serve(echo))
  expect((await fetch(alive.address, { method: 'PUT', body: 'x'.repeat(100_000) })).status).toBe(413)
})
