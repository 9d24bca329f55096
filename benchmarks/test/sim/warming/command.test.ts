import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeTrace } from '../../../sim/src/trace.ts'
import { type Warmed, warmingCommand } from '../../../sim/src/warming/command.ts'
import { readWarmingOptions } from '../../../sim/src/warming/options.ts'
import { printed } from '../printed.ts'

/** Twenty keys by turns, then each of them ten times more often than eighty others. */
function reads(): Uint32Array {
  return Uint32Array.from({ length: 4000 }, (_, i) => (i < 100 || i % 11 === 0 ? i % 100 : i % 20))
}

test('replays a restart, and tells it as a table, as JSON and as plots', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sim-warming-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  writeTrace(join(folder, 'mine'), { keys: reads(), sizes: undefined, times: undefined })
  const page = join(folder, 'plots.html')

  const asked = [folder, '--share', '30%', '--eviction', 'adaptive', '--html', page]
  const { traces } = JSON.parse(await printed(warmingCommand, [...asked, '--json'])) as { traces: Warmed[] }
  expect(traces).toMatchObject([{ trace: 'mine', capacity: 30 }])
  const [mine] = traces
  expect(mine?.warm.misses).toBeLessThan(mine?.cold.misses ?? 0)
  expect(mine?.warm.hits.at(-1)?.[1]).toBeGreaterThan(50)
  expect(await readFile(page, 'utf8')).toMatch(/mine: C = 30 entries.*<svg/s)

  expect(await printed(warmingCommand, asked)).toMatch(/trace +C +steady[^]*mine +30 /)
})

test('says what there is instead of what was asked for', async () => {
  expect(await printed(warmingCommand, ['--help'])).toContain('pnpm sim warming <trace or folder…>')
  expect(readWarmingOptions(['a', '--killed']).replay).toStrictEqual({
    restartAt: 0.6,
    saveEvery: 1,
    killed: true,
    eviction: 'lru',
  })
  for (const [argv, said] of [
    [[], 'Name a trace'],
    [['a', '--share', '5'], '--share takes a share'],
    [['a', '--restart=100%'], '--restart takes a share'],
    [['a', '--save', '0'], '--save takes a number'],
    [['a', '--eviction', 'opt'], '--eviction takes lru or adaptive'],
    [['a', '--reads', '0.5'], '--reads takes a whole number'],
  ] as const)
    expect(() => readWarmingOptions(argv)).toThrow(said)
})
