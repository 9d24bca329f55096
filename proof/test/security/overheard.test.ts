import { channel } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import { overhear } from '../../src/security/overheard.ts'

const SECRET = 'p@ss/word "x"'

// Without these, "nothing was found" would mean nothing.
test.each<[string, unknown]>([
  ['as itself', new Error(`refused: ${SECRET}`)],
  ['in the cause of a cause', new Error('e', { cause: new Error('f', { cause: { args: [SECRET] } }) })],
  [
    'in a property that is not shown by default',
    Object.defineProperty(new Error('e'), 'command', { value: [SECRET] }),
  ],
  ['in a URL', { url: `redis://u:${encodeURIComponent(SECRET)}@h` }],
  ['as bytes', { key: Buffer.from(SECRET) }],
  ['in base64', Buffer.from(SECRET).toString('base64')],
  ['in hex', Buffer.from(SECRET).toString('hex')],
  ['deep down', { a: { b: { c: { d: { e: { f: [[[[SECRET]]]] } } } } } }],
  ['in JSON only', { toJSON: () => SECRET }],
])('a secret is found %s', (_, said) => {
  const heard = overhear()
  heard.note('test', said)
  heard.stop()
  expect(heard.search([SECRET]).hits.length).toBeGreaterThan(0)
  expect(heard.search(['another one']).hits).toEqual([])
})

test('a secret is found on the channels and in the output, until it stops', () => {
  const heard = overhear()
  channel('tiercache:error').publish({ error: SECRET })
  process.stderr.write('')
  const once = heard.search([SECRET]).hits.length
  heard.stop()
  channel('tiercache:error').publish({ error: SECRET })
  expect(once).toBeGreaterThan(0)
  expect(heard.search([SECRET]).hits).toHaveLength(once)
})
