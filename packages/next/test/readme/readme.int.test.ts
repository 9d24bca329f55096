import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compilerSays, examplesIn, runToEnd, writeExamples } from '@tiercache/readme'
import type {} from '@tiercache/redis-server/global-setup'
import { expect, inject, onTestFinished, test } from 'vitest'

/* The examples of the README, as files of an application: type-checked, loaded as Next.js loads them, and asked. */
const packageFolder = join(import.meta.dirname, '../..')
const FILES = ['cache-handler.ts', 'page-handler.ts', 'next.config.js', 'route.ts']

test('the examples of the README type-check and work', { timeout: 60_000 }, async () => {
  const examples = await examplesIn(join(packageFolder, 'README.md'), 'ts|js')
  const { folder, files, remove } = await writeExamples(packageFolder, examples, FILES)
  onTestFinished(remove)
  const typed = files.filter(file => file.endsWith('.ts'))
  expect(await compilerSays(packageFolder, typed)).toBe('')
  const main = join(folder, 'main.js')
  await writeFile(main, MAIN)
  const { stdout, stderr } = await runToEnd(main, inject('redisUrl'))
  expect([stderr, stdout]).toEqual(['', 'found a page\nMISS HIT 201 MISS\n'])
})

const MAIN = `
import config from './next.config.js'
const { default: results } = await import(config.cacheHandlers.default)
const { default: Pages } = await import(config.cacheHandler)
const key = String(process.pid)
const times = { stale: 1, revalidate: 60, expire: 600, timestamp: Date.now() }
await results.set(key, Promise.resolve({ ...times, tags: [], value: new Blob(['found']).stream() }))
const found = await results.get(key, [])
await new Pages({}).set(key, { kind: 'PAGES', html: 'a page', pageData: {} }, {})
const page = await new Pages({}).get(key, { kind: 'PAGES' })
console.log(await new Response(found.value).text(), page.value.html)
const { NextRequest } = await import('next/server.js')
const { GET, POST } = await import('./route.ts')
const url = 'http://' + key + '.example/jobs?page=1'
const jobs = async () => {
  const response = await GET(new NextRequest(url))
  await response.text()
  return response.headers.get('x-cache')
}
const posted = () => POST(new NextRequest(url, { method: 'POST', body: '{}' }))
console.log(await jobs(), await jobs(), (await posted()).status, await jobs())
process.exit()
`
