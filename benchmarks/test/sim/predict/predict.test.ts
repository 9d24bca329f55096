import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { predictCommand } from '../../../sim/src/predict/command.ts'
import { type Outcome, replay, type Setting } from '../../../sim/src/predict/replay.ts'
import { readTrace, type Trace, writeTrace } from '../../../sim/src/trace.ts'
import { randomOf } from '../../../src/random.ts'
import { printed } from '../printed.ts'

// Much is replayed, perhaps on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 })

const MIXED = fileURLToPath(new URL('../../../sim/traces/mixed', import.meta.url))

/** Requests for one of 300 users, each of which reads the same five keys of that user. */
function chains(requests: number): Trace {
  const random = randomOf(7)
  const numbers = new Map<number, number>()
  const keys = Array.from({ length: requests }, () => Math.floor(random() * 300)).flatMap(user =>
    Array.from({ length: 5 }, (_, part) => {
      const id = user * 5 + part
      const number = numbers.get(id) ?? numbers.size
      numbers.set(id, number)
      return number
    }),
  )
  const unique = numbers.size
  return { name: 'chains', keys: Uint32Array.from(keys), unique, sizes: undefined, times: undefined }
}

const SETTING: Setting = {
  entries: 100,
  eviction: 'lru',
  depth: 4,
  think: Number.POSITIVE_INFINITY,
  keys: 65_536,
  precision: 0.9,
}
const run = (trace: Trace, setting: Partial<Setting> = {}): Outcome =>
  replay(trace, { ...SETTING, ...setting })

test('keys that are read one after another are there before they are read, but for the first', () => {
  const trace = chains(20_000)
  const without = run(trace, { depth: 0 })
  expect([without.prefetched, without.waits]).toStrictEqual([0, without.misses])
  const ahead = run(trace)
  expect(ahead.used / ahead.prefetched).toBeGreaterThan(0.9)
  expect(1 - ahead.misses / without.misses).toBeGreaterThan(0.7)
  // Nothing is spared: what was a miss is a fetch now.
  expect(ahead.prefetched + ahead.misses).toBeGreaterThanOrEqual(without.misses)
})

test('without time between two reads, one ahead is never early enough, and four are waited for together', () => {
  const trace = chains(20_000)
  const without = run(trace, { depth: 0, think: 0 })
  const spared = (depth: number, think: number): number =>
    1 - run(trace, { depth, think }).waits / without.waits
  expect(spared(1, 0)).toBeLessThan(0.05)
  expect(spared(4, 0)).toBeGreaterThan(0.4)
  expect(spared(1, 0.5)).toBeGreaterThan(0.3)
  expect(spared(4, 1)).toBeGreaterThan(0.7)
})

test('on the trace of this repository it fetches next to nothing, and hardly that in vain', () => {
  const trace = readTrace(MIXED, 1e9)
  const entries = Math.round(trace.unique * 0.02)
  const [without, ahead] = [run(trace, { entries, depth: 0 }), run(trace, { entries })]
  expect(ahead.misses).toBeLessThanOrEqual(without.misses)
  expect((ahead.prefetched - ahead.used) / ahead.reads).toBeLessThan(0.01)
  expect(run(trace, { entries })).toStrictEqual(ahead)
})

test('the command compares depths on traces, for people, for programs and as plots', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sim-predict-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const base = join(folder, 'mine')
  writeTrace(base, chains(4000))
  const html = join(folder, 'plots.html')
  const told = JSON.parse(
    await printed(predictCommand, [
      '--trace',
      base,
      '--sizes',
      '100,10%',
      '--depths',
      '1,4',
      '--think',
      '0',
      '--html',
      html,
      '--json',
    ]),
  ) as { rows: { size: string; depth: number; avoided: number; spared: unknown[] }[] }
  expect(told.rows.map(({ size, depth }) => [size, depth])).toStrictEqual([
    ['100', 1],
    ['100', 4],
    ['10%', 1],
    ['10%', 4],
  ])
  for (const { avoided, spared } of told.rows) {
    expect(avoided).toBeGreaterThan(0)
    expect(spared).toHaveLength(1)
  }
  const page = await readFile(html, 'utf8')
  expect(page.match(/<svg/g)).toHaveLength(2)
  const text = await printed(predictCommand, [
    base,
    '--depths',
    '4',
    '--eviction',
    'adaptive',
    '--reads',
    '5000',
  ])
  expect(text).toContain('mine')
  expect(text).toMatch(/10% +144 .* %/)
})

test('the command says what is wrong with what it is given', () => {
  expect(() => predictCommand([])).toThrow('Name a trace')
  expect(() => predictCommand(['nowhere'])).toThrow('nowhere')
  expect(() => predictCommand([MIXED, '--depths', '0'])).toThrow('0 is not a number from 1 up')
  expect(() => predictCommand([MIXED, '--eviction', 'opt'])).toThrow('--eviction takes lru or adaptive')
})
