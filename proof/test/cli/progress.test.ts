import { afterEach, expect, test, vi } from 'vitest'
import { Progress } from '../../src/cli/progress.ts'

afterEach(() => vi.unstubAllEnvs())

function watch(isTTY: boolean) {
  const written: string[] = []
  const clock = { now: 0 }
  const screen = { isTTY, columns: 60, write: (text: string) => written.push(text) }
  return { written, clock, progress: new Progress(screen, () => clock.now) }
}

test('a terminal sees share, time left and what is done, in one line that fits', () => {
  const { written, clock, progress } = watch(true)
  progress.begin('history', 2, 9)
  clock.now = 10_000
  progress.at(0.25, `seed 3 of 6 ${'x'.repeat(100)}`)
  expect(written.join('')).toContain('[2/9] history  25 %, 30 s left  seed 3 of 6')
  expect(written.at(-1)?.replace('\r\u001B[2K', '').length).toBeLessThan(60)
})

test('a log gets whole lines, few of them and without colour', () => {
  const { written, clock, progress } = watch(false)
  progress.begin('history', 1, 1)
  for (clock.now = 0; clock.now < 65_000; clock.now += 100) progress.at(clock.now / 100_000, 'going')
  progress.end(false, '1 violation')
  expect(written).toHaveLength(4)
  expect(written.join('')).not.toContain('\u001B')
  expect(written.every(line => line.endsWith('\n'))).toBe(true)
  expect(written.at(-1)).toBe('[1/1] history FAILED in 65 s: 1 violation\n')
})

test('colour is for terminals whose owner wants it', () => {
  vi.stubEnv('NO_COLOR', '')
  const coloured = watch(true)
  coloured.progress.begin('history', 1, 1)
  coloured.progress.end(true, 'all well')
  expect(coloured.written.at(-1)).toContain('\u001B[32mpassed')
  vi.stubEnv('NO_COLOR', '1')
  const plain = watch(true)
  plain.progress.begin('history', 1, 1)
  plain.progress.end(true, 'all well')
  expect(plain.written.at(-1)).toContain('] history passed in')
})
