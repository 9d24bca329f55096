import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../../sim/src/main.ts', import.meta.url))

function sim(...args: readonly string[]): { status: number | null; out: string; said: string } {
  const run = spawnSync(process.execPath, ['--conditions=@tiercache/source', MAIN, ...args], {
    encoding: 'utf8',
  })
  return { status: run.status, out: run.stdout, said: run.stderr }
}

test.each([[], ['advise'], ['predict'], ['ttl'], ['warming']])('explains itself: %s --help', (...command) => {
  const { status, out } = sim(...command, '--help')
  expect([status, out.includes('pnpm sim')]).toEqual([0, true])
})

test.each([[], ['advise'], ['predict'], ['ttl'], ['warming']])('refuses %s --nothing', (...command) => {
  const { status, said } = sim(...command, '--nothing')
  expect([status, said.includes('--nothing')]).toEqual([2, true])
})
