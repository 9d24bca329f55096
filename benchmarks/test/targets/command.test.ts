import { afterEach, expect, test, vi } from 'vitest'
import { targets } from '../../src/targets/command.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('help says what is done, and starts nothing', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  expect(await targets(['--help'])).toBe(0)
  expect(write.mock.calls.join()).toContain('pnpm bench targets [--quick] [--json | --markdown]')
})

test('an option that does not exist is an error of the caller', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect(await targets(['--nope'])).toBe(2)
  expect(write.mock.calls.join()).toContain('--nope')
})
