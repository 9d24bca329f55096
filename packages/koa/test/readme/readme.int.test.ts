import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type {} from '@tiercache/redis-server/global-setup'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

/* The examples of the README, each a module of its own, type-checked and run; the first is asked what the text says of it. */
const packageFolder = join(import.meta.dirname, '../..')
const tsc = join(packageFolder, '../../node_modules/.bin/tsc')
const SETTINGS =
  '--ignoreConfig --noEmit --strict --module nodenext --target es2024 --lib es2024,esnext.disposable --types node --skipLibCheck'
const SOURCES = '--customConditions @tiercache/source --allowImportingTsExtensions'
/** Says where a server listens, whatever framework it is of. */
const TELL = `data:text/javascript,import { subscribe } from 'node:diagnostics_channel'; subscribe('tracing:net.server.listen:asyncEnd', ({ server }) => console.log('port', server.address().port))`

let folder = ''
let files: readonly string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(packageFolder, 'test/readme/.examples-'))
  const text = await readFile(join(packageFolder, 'README.md'), 'utf8')
  const blocks = [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? '')
  files = blocks.map((_, i) => join(folder, `example-${i}.ts`))
  await Promise.all(files.map((file, i) => writeFile(file, blocks[i] ?? '')))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('the examples of the README type-check', { timeout: 60_000 }, async () => {
  const checked = await promisify(execFile)(tsc, [...SETTINGS.split(' '), ...SOURCES.split(' '), ...files], {
    cwd: packageFolder,
  }).catch((error: unknown) => error as { stdout: string })
  expect(checked.stdout).toBe('')
})

test('the first does what is said of it', { timeout: 20_000 }, async () => {
  await running(files[0] ?? '', async origin => {
    const jobs = async () => {
      const response = await fetch(`${origin}/jobs`)
      return [response.headers.get('x-cache'), await response.text()]
    }
    const body = '[{"id":1,"title":"Welder"}]'
    expect([await jobs(), await jobs()]).toEqual([
      ['MISS', body],
      ['HIT', body],
    ])
    expect((await fetch(`${origin}/jobs`, { method: 'POST' })).status).toBe(201)
    expect(await jobs()).toEqual(['MISS', body])
    expect(await (await fetch(`${origin}/health/cache`)).json()).toMatchObject({
      status: 'healthy',
      backend: 'redis',
    })
  })
})

test('the second does, too', { timeout: 20_000 }, async () => {
  await running(files[1] ?? '', async origin => {
    const me = async (user: string) => {
      const response = await fetch(`${origin}/me`, { headers: { 'x-user-id': user, authorization: user } })
      return `${response.headers.get('x-cache')} ${await response.text()}`
    }
    expect([await me('ann'), await me('bob'), await me('ann')]).toEqual([
      expect.stringMatching(/^MISS .*ann/),
      expect.stringMatching(/^MISS .*bob/),
      expect.stringMatching(/^HIT .*ann/),
    ])
    const { timing } = (await (await fetch(`${origin}/stats/cache`)).json()) as { timing: { most: string[] } }
    expect(timing.most).toEqual(['GET /me'])
    expect((await fetch(`${origin}/admin/cache`, { method: 'POST' })).status).toBe(401)
  })
})

async function running(file: string, ask: (origin: string) => Promise<void>): Promise<void> {
  const args = [`--import=${TELL}`, '--conditions=@tiercache/source', file]
  const child = spawn(process.execPath, args, {
    env: { ...process.env, PORT: '0', REDIS_URL: inject('redisUrl') },
  })
  const errors: string[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  try {
    const [told] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as unknown[]
    const port = /port (\d+)/.exec(String(told))?.[1]
    expect(errors).toEqual([])
    await ask(`http://127.0.0.1:${port}`)
    expect(errors).toEqual([])
  } finally {
    child.kill()
  }
}
