import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import type { ReadReply } from '../src/protocol.ts'
import type { Report } from '../src/run/report.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const started: ChildProcessWithoutNullStreams[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

interface Demo {
  readonly child: ChildProcessWithoutNullStreams
  stdout(): string
  readonly exit: Promise<{ code: number | null; stdout: string; stderr: string }>
}

function demo(args: readonly string[], env: NodeJS.ProcessEnv = {}): Demo {
  const child = spawn(process.execPath, ['--conditions=@tiercache/source', main, ...args], {
    env: { ...process.env, ...env },
  })
  started.push(child)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exit = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }))
  return { child, stdout: () => stdout, exit }
}

/** Starts a demo, waits until it serves, and finds out which processes do. */
async function serving(): Promise<Demo & { pids: Set<number>; address: string }> {
  const running = demo(['--seconds', '60', '--instances', '2', '--rate', '50'])
  const address = await vi.waitUntil(() => /behind (http\S+)/.exec(running.stdout())?.[1], {
    timeout: 20_000,
  })
  await vi.waitUntil(() => running.stdout().includes('2/2 instances'), { timeout: 20_000 }) // the load runs
  const pids = new Set<number>()
  // The load takes turns with us: on a busy machine every second request may go to the same instance.
  for (let n = 0; n < 50 && pids.size < 2; n++) {
    const response = await fetch(`${address}/jobs/1`)
    pids.add(((await response.json()) as ReadReply).pid)
  }
  return { ...running, pids, address }
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const leftovers = (): string[] => readdirSync(tmpdir()).filter(name => name.startsWith('tiercache-demo-'))

test(
  'three seconds of load: one JSON document, hits, no violation, nothing left behind',
  { timeout: 60_000 },
  async () => {
    const before = leftovers()
    const { code, stdout, stderr } = await demo(['--seconds', '3', '--json']).exit
    expect({ code, stderr, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stderr: '', stdout: '' })
    const report = JSON.parse(stdout) as Report
    expect(report).toMatchObject({
      ok: true,
      problems: [],
      violations: { count: 0 },
      failures: { reads: 0, writes: 0 },
    })
    expect(report.reads.count).toBeGreaterThan(500)
    expect(report.reads.byTier.memory).toBeGreaterThan(0)
    expect(report.reads.byTier.redis).toBeGreaterThan(0)
    expect(report.queries.withCache).toBeLessThan(report.reads.count)
    expect(report.writes.committed).toBeGreaterThan(0)
    expect(report.audit?.reads).toBeGreaterThan(0)
    expect(report.instances.map(({ name, count }) => [name, count > 0])).toEqual([
      ['i1', true],
      ['i2', true],
      ['i3', true],
    ])
    expect(leftovers().filter(name => !before.includes(name))).toEqual([])
  },
)

test.skipIf(process.env['REDIS_URL'])(
  'Redis and an instance are killed and come back: every read is answered (needs a Redis of its own: skipped with REDIS_URL)',
  { timeout: 90_000 },
  async () => {
    const { code, stdout, stderr } = await demo(['--seconds', '9', '--chaos', '--json']).exit
    expect({ code, stderr, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stderr: '', stdout: '' })
    const report = JSON.parse(stdout) as Report
    expect(report.outages.map(({ what, failedReads }) => [what, failedReads])).toEqual([
      ['Redis', 0],
      ['instance i3', 0],
    ])
    for (const outage of report.outages) expect(outage.recoveredAt).toBeGreaterThan(outage.killedAt)
    expect(report.writes.deferred).toBeGreaterThan(0)
    expect(report.writes.deferredOpen).toBe(0)
  },
)

test('without coherence the checker finds what it is there to find', { timeout: 60_000 }, async () => {
  const { code, stdout } = await demo(['--seconds', '4', '--max-staleness', '500', '--incoherent', '--json'])
    .exit
  const { violations, problems, failures, audit } = JSON.parse(stdout) as Report
  expect({ code, failures: failures.reads }).toEqual({ code: 1, failures: 0 })
  expect(violations.first.map(violation => violation.kind)).toContain('bound')
  expect(violations.count).toBeGreaterThan(50)
  expect(audit?.violations).toBeGreaterThan(0)
  expect(problems).toEqual([`${violations.count} reads broke a promise of the cache`])
})

test('Ctrl-C ends it in order, with a summary of what was seen so far', { timeout: 60_000 }, async () => {
  const { child, exit, pids } = await serving()
  child.kill('SIGINT')
  const { code, stdout } = await exit
  expect(code).toBe(130)
  expect(stdout).toContain('Interrupted.')
  expect([...pids].filter(alive)).toEqual([])
})

test(
  'its processes and its files do not outlive it, even when it is killed',
  { timeout: 60_000 },
  async () => {
    const before = leftovers()
    const { child, exit, pids } = await serving()
    expect(pids.size).toBe(2)
    child.kill('SIGKILL')
    await exit
    await vi.waitUntil(() => ![...pids].some(alive) && leftovers().every(name => before.includes(name)), {
      timeout: 5000,
    })
  },
)

test('a wrong option is one line and exit code 2', async () => {
  const { code, stdout, stderr } = await demo(['--rate', 'fast']).exit
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: 'demo: --rate is "fast"; give it a whole number from 1 to 20000, or leave it out for 800\n',
  })
})
