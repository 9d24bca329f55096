import assert from 'node:assert/strict'
import { createCacheHandler, createIncrementalCacheHandler } from '@tiercache/next'

// What Next.js does with a handler, without Next.js: its own tests are over a site.
const handler = createCacheHandler({ redis: process.env.REDIS_URL, namespace: 'outside-next' })
const value = new Blob(['a page']).stream()
const entry = { value, tags: ['jobs'], stale: 30, timestamp: Date.now(), expire: 60, revalidate: 30 }
await handler.set('key', Promise.resolve(entry))
const found = await handler.get('key', [])
assert.equal(await new Response(found?.value).text(), 'a page')
await handler.updateTags(['jobs'])
assert.equal(await handler.get('key', []), undefined)
assert.equal(typeof createIncrementalCacheHandler({ namespace: 'outside-next' }), 'function')
process.exit()
