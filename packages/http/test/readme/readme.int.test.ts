import { join } from 'node:path'
import { compilerSays, examplesIn, LEAVE, runToEnd, writeExamples } from '@tiercache/readme'
import type {} from '@tiercache/redis-server/global-setup'
import { expect, inject, onTestFinished, test } from 'vitest'

/* The examples of the README, each a module of its own, type-checked and run up to where they listen. */
const packageFolder = join(import.meta.dirname, '../..')

test('the examples of the README type-check and run', { timeout: 60_000 }, async () => {
  const examples = await examplesIn(join(packageFolder, 'README.md'))
  const { files, remove } = await writeExamples(
    packageFolder,
    examples.map(code => code + LEAVE),
  )
  onTestFinished(remove)
  expect(await compilerSays(packageFolder, files)).toBe('')
  for (const file of files) {
    const { stderr } = await runToEnd(file, inject('redisUrl'))
    expect(stderr).toBe('')
  }
})
