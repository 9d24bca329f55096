import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'

/*
 * The examples of the READMEs as a user would run them: each block is a module of its own, type-checked and run against a real Redis.
 * They may use `db`, which stands for a reader's own database.
 */
const packageFolder = join(import.meta.dirname, '../..')
const root = join(packageFolder, '../..')
const run = promisify(execFile)

const PRELUDE = `
const db = {
  users: {
    find: async (id: number) => ({ id, name: 'Grace', password: 'secret' }),
    rename: async (id: number, name: string) => ({ id, name }),
  },
  prices: { of: async (id: number) => id * 100 },
  pages: { render: async (name: string, _options: { signal: AbortSignal }) => ({ etag: name + '-1', sections: ['top'] }) },
}
`

let folder = ''

beforeAll(async () => {
  // Inside the package, so that it imports `@tiercache/core` by its own name.
  folder = await mkdtemp(join(packageFolder, 'test/readme/.examples-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(['README.md', 'packages/core/README.md'])('%s', file => {
  test('its examples type-check and run', { timeout: 60_000 }, async () => {
    const text = await readFile(join(root, file), 'utf8')
    const blocks = [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? '')
    expect(blocks.length).toBeGreaterThan(0)
    const prefix = file.replaceAll('/', '-')
    const files = await Promise.all(
      blocks.map(async (code, i) => {
        const path = join(folder, `${prefix}-${i}.ts`)
        await writeFile(
          path,
          code.replace(/^(?:import.*\n)+/, imports => imports + PRELUDE),
        )
        return path
      }),
    )
    const tsc = join(root, 'node_modules/.bin/tsc')
    const settings = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--types',
      'node',
    ]
    const sources = [
      '--customConditions',
      '@tiercache/source',
      '--allowImportingTsExtensions',
      '--skipLibCheck',
    ]
    const checked = await run(tsc, [...settings, ...sources, ...files], { cwd: packageFolder }).catch(
      (error: unknown) => error as { stdout: string },
    )
    expect(checked.stdout).toBe('')
    for (const path of files) {
      const env = { ...process.env, REDIS_URL: inject('redisUrl') }
      const { stderr } = await run(process.execPath, ['--conditions=@tiercache/source', path], {
        env,
        timeout: 20_000,
      })
      expect(stderr).toBe('')
    }
  })
})
