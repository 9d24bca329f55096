import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type {} from '@tiercache/redis-server/global-setup'

/* The examples of the README, compiled as Nest applications are and run, servers up to where they listen. */
const packageFolder = join(import.meta.dirname, '../..')
const tsc = join(packageFolder, '../../node_modules/.bin/tsc')
const run = promisify(execFile)
const SETTINGS =
  '--ignoreConfig --strict --module nodenext --target es2022 --lib es2024,esnext.disposable --types node --skipLibCheck'
const DECORATORS = '--experimentalDecorators --emitDecoratorMetadata --noEmitOnError'
const SOURCES =
  '--customConditions @tiercache/source --allowImportingTsExtensions --rewriteRelativeImportExtensions'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(packageFolder, 'test/readme/.examples-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('the examples of the README compile and run', { timeout: 60_000 }, async () => {
  const text = await readFile(join(packageFolder, 'README.md'), 'utf8')
  const blocks = [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? '')
  expect(blocks.length).toBeGreaterThan(0)
  for (const [i, code] of blocks.entries()) {
    const file = join(folder, `example-${i}.ts`)
    await writeFile(file, `${code}\nsetImmediate(() => process.exit())\n`)
    const output = join(folder, `${i}`)
    const flags = `${SETTINGS} ${DECORATORS} ${SOURCES}`.split(' ')
    const compiled = await run(tsc, [...flags, '--rootDir', packageFolder, '--outDir', output, file], {
      cwd: packageFolder,
    }).catch((error: unknown) => error as { stdout: string })
    expect(compiled.stdout).toBe('')
    const env = { ...process.env, PORT: '0', REDIS_URL: inject('redisUrl') }
    const { stderr } = await run(
      process.execPath,
      ['--conditions=@tiercache/source', join(output, relative(packageFolder, folder), `example-${i}.js`)],
      { env, timeout: 20_000 },
    )
    expect(stderr).toBe('')
  }
})
