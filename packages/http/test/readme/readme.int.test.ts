import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type {} from '@tiercache/redis-server/global-setup'

/* The examples of the README, each a module of its own, type-checked and run up to where they listen. */
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

test('the examples of the README type-check and run', { timeout: 60_000 }, async () => {
  const text = await readFile(join(packageFolder, 'README.md'), 'utf8')
  const blocks = [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? '')
  expect(blocks.length).toBeGreaterThan(0)
  const files = blocks.map((_, i) => join(folder, `example-${i}.ts`))
  await Promise.all(
    files.map((file, i) => writeFile(file, `${blocks[i]}\nsetImmediate(() => process.exit())\n`)),
  )
  const checked = await run(tsc, [...SETTINGS.split(' '), ...SOURCES.split(' '), ...files], {
    cwd: packageFolder,
  }).catch((error: unknown) => error as { stdout: string })
  expect(checked.stdout).toBe('')
  for (const file of files) {
    const env = { ...process.env, PORT: '0', REDIS_URL: inject('redisUrl') }
    const { stderr } = await run(process.execPath, ['--conditions=@tiercache/source', file], {
      env,
      timeout: 20_000,
    })
    expect(stderr).toBe('')
  }
})
