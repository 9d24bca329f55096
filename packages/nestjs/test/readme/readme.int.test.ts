import { join, relative } from 'node:path'
import { compilerSays, examplesIn, LEAVE, runToEnd, writeExamples } from '@tiercache/readme'
import type {} from '@tiercache/redis-server/global-setup'
import { expect, inject, onTestFinished, test } from 'vitest'

/* The examples of the README, compiled as Nest applications are and run, servers up to where they listen. */
const packageFolder = join(import.meta.dirname, '../..')
const EMIT =
  '--experimentalDecorators --emitDecoratorMetadata --noEmitOnError --rewriteRelativeImportExtensions'

test('the examples of the README compile and run', { timeout: 60_000 }, async () => {
  const examples = await examplesIn(join(packageFolder, 'README.md'))
  const { folder, files, remove } = await writeExamples(
    packageFolder,
    examples.map(code => code + LEAVE),
  )
  onTestFinished(remove)
  for (const [i, file] of files.entries()) {
    const output = join(folder, `${i}`)
    const flags = [...EMIT.split(' '), '--rootDir', packageFolder, '--outDir', output]
    expect(await compilerSays(packageFolder, [file], flags)).toBe('')
    const compiled = join(output, relative(packageFolder, file).replace(/ts$/, 'js'))
    const { stderr } = await runToEnd(compiled, inject('redisUrl'))
    expect(stderr).toBe('')
  }
})
