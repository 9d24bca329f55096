import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { createCache } from '@tiercache/core'
import { afterAll, expect, test } from 'vitest'
import { generate } from '../../sim/src/generate.ts'
import { findTraces, readTrace, writeTrace } from '../../sim/src/trace.ts'

const folder = mkdtempSync(join(tmpdir(), 'tiercache-sim-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a trace is read as it was written, or the beginning of it', () => {
  const base = join(folder, 'deep/one')
  writeTrace(base, {
    keys: Uint32Array.of(0, 1, 0, 2, 300 % 3),
    sizes: Float64Array.of(5, 2 ** 40, 127),
    times: Float64Array.of(0, 128, 1, 20_000, 3),
  })
  expect(readTrace(base, 100)).toStrictEqual({
    name: 'one',
    keys: Uint32Array.of(0, 1, 0, 2, 0),
    unique: 3,
    sizes: Float64Array.of(5, 2 ** 40, 127),
    times: Float64Array.of(0, 128, 1, 20_000, 3),
  })
  expect(readTrace(base, 3)).toMatchObject({ unique: 2, sizes: Float64Array.of(5, 2 ** 40) })
})

test('what a cache recorded can be replayed', async () => {
  const cache = createCache()
  const recording = cache.recordTrace(join(folder, 'recorded'))
  for (let i = 0; i < 100; i++) await cache.getOrSet(`k${i % 30}`, () => 'x'.repeat(i))
  await recording.stop()
  await cache.close()
  const trace = readTrace(join(folder, 'recorded'), 1000)
  expect([...trace.keys]).toStrictEqual(Array.from({ length: 100 }, (_, i) => i % 30))
  expect([trace.sizes?.length, trace.times?.length]).toStrictEqual([30, 100])
})

test('traces are found by a file, the beginning of their names, or in a folder; changes are none', () => {
  const base = join(folder, 'found/a')
  const keys = Uint32Array.of(0)
  const nothing = { sizes: undefined, times: undefined }
  writeTrace(base, { keys, ...nothing })
  writeTrace(join(folder, 'found/updates-b'), { keys, ...nothing })
  for (const path of [base, `${base}.keys.gz`, join(folder, 'found')])
    expect(findTraces(path)).toStrictEqual([base])
  expect(() => findTraces(join(folder, 'none'))).toThrow('There is no trace')
  expect(() => findTraces(tmpdir())).toThrow('none of its files')
})

test('a file that is no trace is refused', () => {
  writeFileSync(join(folder, 'wrong.keys.gz'), gzipSync(Buffer.from([5])))
  expect(() => readTrace(join(folder, 'wrong'), 10)).toThrow('is no trace')
  writeFileSync(join(folder, 'short.keys.gz'), gzipSync(Buffer.from([0, 1])))
  writeFileSync(join(folder, 'short.sizes.gz'), gzipSync(Buffer.from([9])))
  expect(() => readTrace(join(folder, 'short'), 10)).toThrow('has 1 values')
})

test('the trace of this repository is what its generator makes', () => {
  const { name, ...kept } = readTrace(fileURLToPath(new URL('../../sim/traces/mixed', import.meta.url)), 1e9)
  expect(name).toBe('mixed')
  expect(kept).toStrictEqual(generate())
})
