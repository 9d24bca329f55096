import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, inject, test, vi } from 'vitest'
import type {} from '@tiercache/redis-server/global-setup'
import type { Results } from '../src/results.ts'

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const name = `test-${process.pid}`
const kept = fileURLToPath(new URL(`../results/${name}.json`, import.meta.url))

afterAll(() => rmSync(kept, { force: true }))

test('a suite without peers gives one result, printed and kept', () => {
  const { status, stdout } = bench(
    'breaker',
    '--quick',
    '--rounds=1',
    '--peers=none',
    '--json',
    `--save=${name}`,
  )
  expect(status).toBe(0)
  const results = JSON.parse(stdout) as Results
  expect(results).toMatchObject({
    format: 2,
    quick: true,
    command: expect.stringContaining('pnpm bench breaker'),
  })
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual(results)
  const [suite] = results.suites
  expect(suite).toMatchObject({ name: 'breaker', failures: [] })
  const anchors = suite?.comparisons.map(({ anchor, rows }) => rows.find(row => row.contender === anchor))
  expect(anchors).toEqual(
    [1, 2].map(() => expect.objectContaining({ ratio: expect.objectContaining({ median: 1 }) })),
  )
})

test('says what there is where something is asked for that there is not', () => {
  expect(bench('l3')).toMatchObject({ status: 2, stderr: expect.stringMatching(/no suite l3.*l1, l2, bulk/) })
  expect(bench('--peers=redis-om')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/no peer redis-om.*bentocache, cacheable/),
  })
  expect(existsSync(kept)).toBe(true)
})

test('helps, with all suites and peers', () => {
  const { status, stdout } = bench('--help')
  expect(status).toBe(0)
  for (const word of ['stampede', 'scale', 'async-cache-dedupe', '--gate']) expect(stdout).toContain(word)
})

function bench(...args: string[]): ReturnType<typeof spawnSync> & { stdout: string } {
  const options = ['--conditions=@tiercache/source', '--expose-gc', main, ...args]
  return spawnSync(process.execPath, options, {
    encoding: 'utf8',
    env: { ...process.env, REDIS_URL: inject('redisUrl') },
  })
}
