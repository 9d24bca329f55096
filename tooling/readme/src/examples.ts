import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Examples as files. */
export interface ExampleFiles {
  readonly folder: string
  /** Their paths, in the order of the examples. */
  readonly files: readonly string[]
  readonly remove: () => Promise<void>
}

/** The examples of a README, in order: its blocks in TypeScript, or in what `languages`, a part of a pattern, says. Throws if it has none. */
export async function examplesIn(readme: string, languages = 'ts'): Promise<string[]> {
  const blocks = new RegExp(`^\`\`\`(?:${languages})\\n([^]*?)^\`\`\``, 'gm')
  const examples = [...(await readFile(readme, 'utf8')).matchAll(blocks)].map(([, code = '']) => code)
  if (examples.length === 0) throw new Error(`${readme} shows no example`)
  return examples
}

/**
 * Writes each example as a module of its own, into a new folder within the tests of a package: from there it imports the package by its
 * own name. The files are called as `names` says, or `example-0.ts` and so on.
 */
export async function writeExamples(
  packageFolder: string,
  examples: readonly string[],
  names: readonly string[] = examples.map((_, i) => `example-${i}.ts`),
): Promise<ExampleFiles> {
  if (names.length !== examples.length)
    throw new Error(`There are ${examples.length} examples, and names for ${names.length}`)
  const folder = await mkdtemp(join(packageFolder, 'test/readme/.examples-'))
  const files = names.map(name => join(folder, name))
  await Promise.all(files.map((file, i) => writeFile(file, examples[i] ?? '')))
  return { folder, files, remove: () => rm(folder, { recursive: true, force: true }) }
}
