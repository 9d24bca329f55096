import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { type AskedSize, compare, summarise } from '../../sim/src/compare.ts'
import { optimum } from '../../sim/src/optimum.ts'
import { plotsOf } from '../../sim/src/plots.ts'
import { replay } from '../../sim/src/replay.ts'
import { readTrace } from '../../sim/src/trace.ts'

// Much is replayed, perhaps on a machine that is busy.
vi.setConfig({ testTimeout: 60_000 })

const trace = readTrace(fileURLToPath(new URL('../../sim/traces/mixed', import.meta.url)), 1e9)
const sizes: AskedSize[] = [0.01, 0.05, 0.1, 0.2].map(share => ({ share }))
const quiet = (): void => {}

describe('on the trace of this repository', () => {
  test('the adaptive policy spares more than a tenth of the misses of lru, and adds next to none at any size', () => {
    const cells = compare(trace, ['lru', 'adaptive', 'opt'], sizes, false, quiet)
    expect(cells).toHaveLength(4)
    const [lru, adaptive, best] = summarise(cells, ['lru', 'adaptive', 'opt'])
    expect(adaptive?.missesSpared).toBeGreaterThan(0.1)
    expect(adaptive?.worst).toBeGreaterThan(-0.06)
    expect(adaptive?.hitRatio).toBeLessThan(best?.hitRatio ?? 0)
    expect(lru?.hitRatio).toBeLessThan(adaptive?.hitRatio ?? 0)
  })

  test('the size-aware policy answers 15 more reads in a hundred than lru from the same bytes', () => {
    const [cell] = compare(trace, ['lru', 'size-aware'], [{ share: 0.05 }], true, quiet)
    expect((cell?.hitRatios['size-aware'] ?? 0) - (cell?.hitRatios.lru ?? 1)).toBeGreaterThan(0.15)
  })

  test('a replay says the same each time', () => {
    const once = replay(trace, 'adaptive', { entries: 500 })
    expect(replay(trace, 'adaptive', { entries: 500 })).toStrictEqual(once)
  })

  test('its plots stand on a page of their own', () => {
    const page = plotsOf(compare(trace, ['lru', 'opt'], sizes, false, quiet), ['lru', 'opt'])
    expect(page.match(/<svg/g)).toHaveLength(1)
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/)
  })
})

test('the optimum is that of all orders of eviction', () => {
  const best = (keys: readonly number[], kept: readonly number[], max: number): number => {
    const [key, ...rest] = keys
    if (key === undefined) return 0
    if (kept.includes(key)) return 1 + best(rest, kept, max)
    if (kept.length < max) return best(rest, [...kept, key], max)
    // Belady may also keep the newcomer out, which is the same as giving it up next.
    const choices = [kept, ...kept.map(victim => [...kept.filter(one => one !== victim), key])]
    return Math.max(...choices.map(choice => best(rest, choice, max)))
  }
  for (let seed = 0; seed < 40; seed++) {
    const ids = new Map<number, number>()
    const keys = Array.from({ length: 10 }, (_, i) => {
      const id = (seed * 31 + i * i * (seed + 3)) % 5
      if (!ids.has(id)) ids.set(id, ids.size)
      return ids.get(id) ?? 0
    })
    const small = {
      name: '',
      keys: Uint32Array.from(keys),
      unique: ids.size,
      sizes: undefined,
      times: undefined,
    }
    expect(optimum(small, 2) * 10).toBeCloseTo(best(keys, [], 2))
  }
})
