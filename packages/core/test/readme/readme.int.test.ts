import { join } from 'node:path'
import { compilerSays, examplesIn, runToEnd, writeExamples } from '@tiercache/readme'
import { expect, inject, onTestFinished, test } from 'vitest'

/*
 * The examples of the READMEs as a user would run them: each block is a module of its own, type-checked and run against a real Redis.
 * They may use `db`, which stands for a reader's own database.
 */
const packageFolder = join(import.meta.dirname, '../..')
const root = join(packageFolder, '../..')

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

test.each(['README.md', 'packages/core/README.md'])(
  'the examples of %s type-check and run',
  { timeout: 60_000 },
  async file => {
    const examples = await examplesIn(join(root, file))
    const { files, remove } = await writeExamples(
      packageFolder,
      examples.map(code => code.replace(/^(?:import.*\n)+/, imports => imports + PRELUDE)),
    )
    onTestFinished(remove)
    expect(await compilerSays(packageFolder, files)).toBe('')
    for (const path of files) {
      const { stderr } = await runToEnd(path, inject('redisUrl'))
      expect(stderr).toBe('')
    }
  },
)
