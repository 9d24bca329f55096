import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomOf } from '../../src/random.ts'
import { convict, controlPlan } from '../../src/real/control.ts'
import { deal } from '../../src/real/faults/deck.ts'
import { failuresOf } from '../../src/real/findings.ts'
import { contender as naive } from '../../src/real/naive.ts'
import { runHistory } from '../../src/real/run.ts'
import { contender as tiercache } from '../../src/real/tiercache.ts'

const SECOND = 1000

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proof-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a run on a real Redis', { timeout: 60 * SECOND }, () => {
  test('of the cache: calls are made in both processes, faults are made and healed, and nothing is found', async () => {
    const run = await runHistory({
      contender: tiercache,
      topology: 'standalone',
      seed: 11,
      ms: 5 * SECOND,
      calmMs: SECOND,
      here: 1,
      children: 1,
      faults: deal('standalone', randomOf(11)),
      onProgress: () => {},
    })
    const { history, violations, damage, crashes, undone } = run
    expect(violations.map(({ message }) => message)).toEqual([])
    expect(crashes).toEqual([])
    expect(undone).toBe(0)
    expect(damage.recoveries.length).toBeGreaterThan(0)
    expect(history.faults.every(({ t1 }) => Number.isFinite(t1))).toBe(true)
    for (const instance of [0, 1]) {
      expect(history.reads.filter(read => read.instance === instance).length).toBeGreaterThan(200)
      expect(history.writes.filter(write => write.instance === instance).length).toBeGreaterThan(10)
      expect(history.loads.filter(load => load.instance === instance).length).toBeGreaterThan(10)
      expect(run.heard.some(heard => heard.instance === instance)).toBe(true)
    }
    expect(history.reads.some(read => read.settled && read.instance === 2)).toBe(true)
    expect(history.writes.every(({ committedAt }) => Number.isFinite(committedAt))).toBe(true)
  })

  test('of a naive cache: it is convicted, and what it did is told line by line, as lanes, and in full', async () => {
    const context = { seed: 5, quick: true, seeds: undefined, folder, onProgress: () => {} }
    const run = await runHistory(controlPlan(naive, context))
    expect(convict(run, context).failures).toEqual([])
    const failures = await failuresOf(run, 'control', folder)
    const [first] = failures
    expect(first?.detail).toMatch(/>>> .*answers v\d+/)
    expect(first?.repeat).toContain('pnpm prove control --seed 5')
    expect(await readFile(join(folder, first?.view ?? ''), 'utf8')).toContain('<rect class="violating"')
    const lines = (await readFile(join(folder, 'control-5.ndjson'), 'utf8')).trim().split('\n')
    expect(lines.length).toBeGreaterThan(run.history.reads.length)
    expect(lines.map(line => (JSON.parse(line) as { type: string }).type)).toContain('heard')
    expect((await readdir(folder)).filter(name => name.endsWith('.html')).length).toBeGreaterThan(1)
  })
})
