import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type {} from '@tiercache/redis-server/global-setup'

/* The examples of the README, as files of an application: type-checked, loaded as Next.js loads them, and asked. */
const packageFolder = join(import.meta.dirname, '../..')
const tsc = join(packageFolder, '../../node_modules/.bin/tsc')
const run = promisify(execFile)
const SETTINGS =
  '--ignoreConfig --noEmit --strict --module nodenext --target es2024 --lib es2024,esnext.disposable --types node --skipLibCheck'
const SOURCES = '--customConditions @tiercache/source --allowImportingTsExtensions'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(packageFolder, 'test/readme/.examples-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('the examples of the README type-check and work', { timeout: 60_000 }, async () => {
  const text = await readFile(join(packageFolder, 'README.md'), 'utf8')
  const blocks = [...text.matchAll(/```[tj]s\n([^]*?)```/g)].map(([, code]) => code ?? '')
  const files = ['cache-handler.ts', 'page-handler.ts', 'next.config.js', 'route.ts'].map(name =>
    join(folder, name),
  )
  expect(blocks).toHaveLength(files.length)
  await Promise.all(files.map((file, i) => writeFile(file, blocks[i] ?? '')))
  const typed = files.filter(file => file.endsWith('.ts'))
  const checked = await run(tsc, [...SETTINGS.split(' '), ...SOURCES.split(' '), ...typed], {
    cwd: packageFolder,
  }).catch((error: unknown) => error as { stdout: string })
  expect(checked.stdout).toBe('')
  await writeFile(join(folder, 'main.js'), MAIN)
  const env = { ...process.env, REDIS_URL: inject('redisUrl') }
  const { stdout, stderr } = await run(
    process.execPath,
    ['--conditions=@tiercache/source', join(folder, 'main.js')],
    { env, timeout: 20_000 },
  )
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
