import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeTrace } from '../../../sim/src/trace.ts'
import { ttlCommand } from '../../../sim/src/ttl/command.ts'
import { printed } from '../printed.ts'

test('compares on a trace of changes, for people or as JSON', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sim-ttl-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const base = join(folder, 'updates-mine')
  const keys = Uint32Array.from({ length: 400 }, (_, i) => i % 20)
  writeTrace(base, { keys, sizes: undefined, times: Float64Array.from(keys, key => 1000 + 100 * key) })
  const told = JSON.parse(
    await printed(ttlCommand, [base, '--reads', '5000', '--json', '--target', '0.1']),
  ) as {
    workload: string
    results: { name: string; outcome: { reads: number; loads: number } }[]
  }
  expect(told).toMatchObject({ workload: 'updates-mine', staleTarget: 0.1 })
  expect(told.results.map(({ name, outcome }) => [name, outcome.reads])).toEqual([
    ['adaptive', 5000],
    ['fixed', 5000],
  ])
  const text = await printed(ttlCommand, [
    `${base}.keys.gz`,
    '--reads',
    '2000',
    '--stale-age',
    '500',
    '--others',
  ])
  expect(text).toMatch(/^updates-mine\n {2}adaptive .*\n {2}fixed .*\n {2}alex .*\n {2}aimd .*\n$/)
})

test('says what is wrong with what it is given', () => {
  expect(() => ttlCommand(['--target', 'some'])).toThrow('some is not a number above 0')
  expect(() => ttlCommand(['nowhere'])).toThrow('nowhere')
})
