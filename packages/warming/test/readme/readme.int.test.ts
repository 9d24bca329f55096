import { join } from 'node:path'
import { compilerSays, examplesIn, exceptSlowRedis, runToEnd, writeExamples } from '@tiercache/readme'
import type {} from '@tiercache/redis-server/global-setup'
import { expect, inject, onTestFinished, test } from 'vitest'

/* The examples of the README, each a module of its own, type-checked and run to their end. */
const packageFolder = join(import.meta.dirname, '../..')

test('the examples of the README type-check and run', { timeout: 120_000 }, async () => {
  const { files, remove } = await writeExamples(
    packageFolder,
    await examplesIn(join(packageFolder, 'README.md')),
  )
  onTestFinished(remove)
  expect(await compilerSays(packageFolder, files)).toBe('')
  const outputs: string[] = []
  for (const file of files) {
    const { stdout, stderr } = await runToEnd(file, inject('redisUrl'))
    expect(exceptSlowRedis(stderr)).toBe('')
    outputs.push(stdout)
  }
  expect(outputs[0]).toContain("{ key: 'page:home', html: '<h1>Jobs</h1>' }")
  expect(outputs[1]).toContain("ended: 'done'")
  expect(outputs[2]).toContain('prefetched: 0')
})
