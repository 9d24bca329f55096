import type { Comparison, Measured, Results, Row, SuiteReport, SuiteResult } from '../../src/results.ts'
import type { Summary } from '../../src/statistics.ts'

/** A figure whose quartiles lie a tenth to each side. */
export function around(median: number, n = 20): Summary {
  return { median, q1: median * 0.9, q3: median * 1.1, n }
}

export function exactly(value: number): Summary {
  return { median: value, q1: value, q3: value, n: 1 }
}

export function row(
  kind: Row['kind'],
  contender: string,
  median: number,
  some: Partial<Measured> = {},
): Measured {
  return { kind, contender, value: around(median), ...some }
}

export function comparison(rows: readonly Row[], some: Partial<Comparison> = {}): Comparison {
  return {
    id: 'l1-sync',
    title: 'L1 hit, synchronous',
    metric: { name: 'time', unit: 'ns', better: 'less' },
    rows,
    ...some,
  }
}

export function results(
  comparisons: readonly Comparison[],
  some: Partial<Results> = {},
  suite: Partial<SuiteReport & SuiteResult> = {},
): Results {
  return {
    format: 2,
    date: '2026-01-02',
    machine: { cores: 2, cpu: 'a cpu', memoryGb: 4, system: 'linux', loadBefore: 0.1 },
    versions: { node: '26.0.0', redis: '7.0.0', absent: undefined },
    quick: false,
    command: 'pnpm bench l1',
    suites: [{ name: 'l1', about: 'hits in memory', seconds: 12, comparisons, failures: [], ...suite }],
    ...some,
  }
}

/** A run with everything a run can have. */
export function everything(): Results {
  const anchored = (kind: Row['kind'], name: string, ratio: number, some: Partial<Measured> = {}): Measured =>
    row(kind, name, ratio * 25, { ratio: around(ratio), ...some })
  const l1 = comparison(
    [
      anchored('floor', 'Map.get', 0.27),
      anchored('floor', 'lru-cache get, ttl', 1),
      anchored('ours', 'getSync', 1.1, { target: { of: 'ratio', goal: 1, gate: 1.5 }, more: { 'B/op': 5 } }),
      anchored('peer', 'BentoCache', 96, { peer: 'BentoCache' }),
      anchored('peer', 'layered-loader, sync', 0.9, {
        peer: 'layered-loader',
        setting: 'getInMemoryOnly',
        givesUp: 'never loads',
      }),
      {
        kind: 'peer',
        contender: 'cacheable',
        peer: 'cacheable',
        failed: 'found nothing in 512 of 512 reads',
      },
    ],
    { anchor: 'lru-cache get, ttl', note: 'less is better' },
  )
  const l2 = comparison(
    [1, 16, 256].flatMap(at => [
      anchored('floor', 'GET', 1, { at }),
      anchored('ours', 'tiercache get', at === 1 ? 0.95 : 1.2, { at, target: { of: 'ratio', goal: 1.05 } }),
      anchored('peer', 'BentoCache', at === 1 ? 0.98 : 0.4, { at, peer: 'BentoCache' }),
    ]),
    {
      id: 'l2-1kb',
      title: 'L2 hit, 1 KB',
      metric: { name: 'throughput', unit: 'ops/s', better: 'more' },
      anchor: 'GET',
      parameter: { name: 'concurrency', unit: '', scale: 'log' },
    },
  )
  const commands = comparison(
    ['miss', 'hit', 'delete'].flatMap((at, n): Row[] => [
      { kind: 'ours', contender: 'tiercache', at, value: exactly(2 - n) },
      { kind: 'peer', contender: 'cacheable', peer: 'cacheable', at, value: exactly(3 - n) },
    ]),
    {
      id: 'commands',
      title: 'Round trips',
      metric: { name: 'round trips', unit: '', better: 'less' },
      parameter: { name: 'operation', unit: '', scale: 'names' },
    },
  )
  const scale = comparison(
    [1000, 10_000, 100_000, 1_000_000].flatMap(at => [
      row('floor', 'lru-cache', 20 + Math.log2(at), { at }),
      row('ours', 'getSync', 25 + Math.log2(at), { at }),
    ]),
    { id: 'scale-keys', title: 'A hit among many keys', parameter: { name: 'keys', unit: '', scale: 'log' } },
  )
  const suite = (name: string, comparisons: readonly Comparison[]): SuiteReport => {
    return { name, about: `about ${name}`, seconds: 10, comparisons, failures: [] }
  }
  return {
    ...results([]),
    suites: [suite('l1', [l1]), suite('l2', [l2]), suite('commands', [commands]), suite('scale', [scale])],
  }
}
