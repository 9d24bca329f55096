import { startRedis } from '@tiercache/redis-server'
import { afterEach, expect, test, vi } from 'vitest'
import { profile } from '../../src/profile/command.ts'
import { redisCosts } from '../../src/profile/redis-cost.ts'

/** What it counts is the whole server's work, so nobody else may use it. */
async function own(): Promise<{ url: string } & AsyncDisposable> {
  const { url, stop } = await startRedis()
  return { url, [Symbol.asyncDispose]: stop }
}

afterEach(() => {
  vi.restoreAllMocks()
})

test(
  'what Redis spends is counted for each operation, and grows with who listens',
  { timeout: 60_000 },
  async () => {
    await using redis = await own()
    const costs = await redisCosts(redis.url, 200, () => {})
    const deletes = costs.filter(({ operation }) => operation === 'delete')
    expect(deletes.map(({ instances }) => instances)).toEqual([1, 2, 4, 8])
    expect(costs.every(({ cpuUs }) => cpuUs >= 0 && cpuUs < 10_000)).toBe(true)
    // Each of the eight hears of each delete.
    expect((deletes.at(-1)?.bytesOut ?? 0) / (deletes[0]?.bytesOut ?? 0)).toBeGreaterThan(3)
  },
)

test('a command line that is wrong starts nothing', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  expect(await profile(['--rounds', '0'])).toBe(2)
  expect(await profile(['--nope'])).toBe(2)
  expect(await profile(['--help'])).toBe(0)
})
