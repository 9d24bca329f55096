import { join } from 'node:path'
import { compilerSays, examplesIn, runToEnd, writeExamples } from '@tiercache/readme'
import { expect, inject, onTestFinished, test } from 'vitest'

const packageFolder = join(import.meta.dirname, '../..')

test('the examples of the README type-check, run, and do what is said', { timeout: 60_000 }, async () => {
  const examples = await examplesIn(join(packageFolder, 'README.md'))
  const { files, remove } = await writeExamples(packageFolder, examples)
  onTestFinished(remove)
  expect(await compilerSays(packageFolder, files)).toBe('')
  const ran = await Promise.all(files.map(path => runToEnd(path, inject('redisUrl'))))
  expect(ran.map(({ stderr }) => stderr)).toEqual(['', ''])
  expect(ran[0]?.stdout).toMatch(/^120 \{.*loads: 0.*ttlMs: 30000/s)
  expect(ran[1]?.stdout).toMatch(/welder.*target: 0.05/s)
})
