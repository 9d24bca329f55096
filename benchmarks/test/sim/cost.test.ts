import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../sim/src/cost-of-one.ts', import.meta.url))

function bytesOf(name: string): number {
  const node = ['--expose-gc', '--conditions=@tiercache/source', script, name, 'bytes']
  const { bytes } = JSON.parse(execFileSync(process.execPath, node, { encoding: 'utf8' })) as {
    bytes: number
  }
  expect(bytes).toBeGreaterThan(30)
  return bytes
}

// The goal is 1.45 and what was measured is less; this is for what nobody meant to spend.
test('no policy spends more than 1.6 times what lru-cache spends on an entry', { timeout: 120_000 }, () => {
  const bare = bytesOf('lru-cache')
  const ratios = ['lru', 'adaptive'].map(name => [name, bytesOf(name) / bare] as const)
  expect(ratios.filter(([, ratio]) => ratio > 1.6)).toStrictEqual([])
  const weighing = bytesOf('size-aware, bytes') / bytesOf('lru-cache, maxSize')
  expect(weighing).toBeLessThan(1.6)
})
