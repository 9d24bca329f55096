import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { compilerSays, examplesIn, writeExamples } from '../src/index.ts'

const README = `# A package
\`\`\`sh
npm install it
\`\`\`

\`\`\`ts
const one: number = 1
\`\`\`

\`\`\`js
export default \`two\`
\`\`\`

Text with \`\`\`ts in it.

\`\`\`ts
const three = ''
\`\`\`
`

test('the examples of a README are its blocks in TypeScript, or in the languages asked for, in order', async () => {
  const readme = join(await packageWith(README), 'README.md')
  expect(await examplesIn(readme)).toEqual(['const one: number = 1\n', "const three = ''\n"])
  expect(await examplesIn(readme, 'ts|js')).toEqual([
    'const one: number = 1\n',
    'export default `two`\n',
    "const three = ''\n",
  ])
})

test('a README without an example is an error', async () => {
  const readme = join(await packageWith('# Nothing yet\n'), 'README.md')
  await expect(examplesIn(readme)).rejects.toThrow(/README\.md shows no example/)
})

test('examples become files within the tests of a package, and go again', async () => {
  const folder = await packageWith(README)
  const examples = await writeExamples(folder, ['first', 'second'])
  expect(examples.files.map(file => basename(file))).toEqual(['example-0.ts', 'example-1.ts'])
  expect(examples.folder.startsWith(join(folder, 'test/readme/'))).toBe(true)
  expect(await Promise.all(examples.files.map(file => readFile(file, 'utf8')))).toEqual(['first', 'second'])
  await examples.remove()
  expect(existsSync(examples.folder)).toBe(false)
})

test('examples have the names they are given, of which none may be missing', async () => {
  const folder = await packageWith(README)
  const { files } = await writeExamples(folder, ['first'], ['route.ts'])
  expect(files.map(file => basename(file))).toEqual(['route.ts'])
  await expect(writeExamples(folder, ['first', 'second'], ['route.ts'])).rejects.toThrow(
    /2 examples, and names for 1/,
  )
})

test('the compiler says what is wrong, and nothing of what is right', { timeout: 60_000 }, async () => {
  const folder = await packageWith(README, import.meta.dirname) // from where it finds the types of Node
  const { files } = await writeExamples(folder, [
    'export const size = 1\n',
    "export const size: number = 'large'\n",
  ])
  const [right = '', wrong = ''] = files
  expect(await compilerSays(folder, [right])).toBe('')
  expect(await compilerSays(folder, [right, wrong])).toMatch(/example-1\.ts\(1,14\): error TS2322/)
  expect(await compilerSays(join(folder, 'nowhere'), [right])).not.toBe('')
})

async function packageWith(readme: string, within = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(within, '.tiercache-readme-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'test/readme'), { recursive: true })
  await writeFile(join(folder, 'README.md'), readme)
  return folder
}
