import { expect, test } from 'vitest'
import { showOnly } from '../src/node/node-request.ts'
import { ask } from '../src/testing/client.ts'
import { listen } from './support/plain.ts'

test('a handler is shown nothing else in any of the forms Node has, and everything again afterwards', async () => {
  const seen: unknown[] = []
  const server = await listen((request, response) => {
    const all = (): unknown => [request.url, request.headers, request.headersDistinct, request.rawHeaders]
    const before = all()
    const restore = showOnly(request, { url: '/a?page=1', headers: { host: 'shop' } })
    seen.push(all())
    restore()
    seen.push(before, all())
    response.end()
  })
  try {
    await ask(server.origin, '/a?utm=1&page=1', { headers: { 'x-forwarded-host': 'evil', host: 'shop' } })
  } finally {
    await server.close()
  }
  expect(seen[0]).toEqual(['/a?page=1', { host: 'shop' }, { host: ['shop'] }, ['host', 'shop']])
  expect(seen[2]).toEqual(seen[1])
})
