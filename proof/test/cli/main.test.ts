import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { helpOf } from '../../src/cli/help.ts'
import { sections } from '../../src/cli/sections.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

function prove(...argv: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--conditions=@tiercache/source', main, ...argv], { encoding: 'utf8' })
}

test('help names every section, and what it is about', () => {
  const help = helpOf(sections)
  for (const { name, about } of sections) expect(help).toContain(`  ${name.padEnd(14)}  ${about}`)
})

test('a command line that is wrong ends with 2, and says what to write', () => {
  const { status, stdout, stderr } = prove('--seed', 'many')
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain('--seed takes a whole number')
}, 30_000)
