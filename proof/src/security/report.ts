import type { Outcome, Table } from '../section.ts'
import { type Flood, MOST_LAG_MS, MOST_SYNCS } from './bus.ts'
import { type Busting, MAX_BYTES, MAX_ENTRIES } from './busting.ts'
import type { Collisions } from './collisions.ts'
import { type Blast, LIMIT_MB, MOST_MS } from './explode.ts'
import type { FuzzResult } from './fuzz.ts'
import type { Leaks } from './secrets.ts'

/** What was found, part by part. */
export interface Findings {
  readonly blasts: readonly Blast[]
  readonly fuzzed: FuzzResult
  readonly busting: Busting
  readonly collisions: Collisions
  readonly floods: readonly Flood[]
  readonly leaked: Leaks
}

/** The same for people. */
export function describe(findings: Findings): Omit<Outcome, 'failures'> {
  const { fuzzed, floods, leaked, busting, collisions } = findings
  const messages = floods.reduce((sum, one) => sum + one.count, 0)
  const wrong = floods.reduce((sum, one) => sum + one.wrong, 0)
  const characters = leaked.rows.reduce((sum, one) => sum + one.characters, 0)
  const hits = leaked.rows.reduce((sum, one) => sum + one.hits.length, 0)
  const refused = [...fuzzed.refused.values()].reduce((sum, count) => sum + count, 0)
  return {
    summary:
      `${grouped(fuzzed.cases)} mutated values, ${grouped(messages)} forged messages, ${grouped(busting.keys)} hostile keys, ` +
      `${grouped(characters)} characters of output: ${fuzzed.failures.length + wrong + hits} did harm`,
    figures: [
      { label: 'mutated values', value: grouped(fuzzed.cases) },
      { label: 'refused', value: grouped(refused) },
      { label: 'slowest', value: Math.ceil(fuzzed.slowestMs), unit: 'ms', bound: '≤ 1 000 ms' },
      { label: 'circuits opened', value: fuzzed.trips, bound: '= 0' },
      { label: 'forged messages', value: grouped(messages) },
      { label: 'values changed by them', value: wrong, bound: '= 0' },
      { label: 'keys that collide', value: collisions.found.length, bound: '= 0' },
      { label: 'secrets in the output', value: hits, bound: '= 0' },
    ],
    tables: [
      refusals(fuzzed),
      bombs(findings.blasts),
      messagesOf(floods),
      keys(busting, collisions),
      secrets(leaked),
    ],
    plots: [],
  }
}

function refusals({ refused, ignored, read, cases }: FuzzResult): Table {
  const rows = [...refused].toSorted(([, a], [, b]) => b - a)
  return {
    title: 'Mutated values, by the check that refused them',
    columns: ['check', 'values', 'share'],
    rows: [
      ...rows.map(([check, count]) => ({ cells: [check, grouped(count), percent(count / cases)] })),
      {
        cells: [
          'a miss: invalidated, expired or of another log by its own account',
          grouped(ignored),
          percent(ignored / cases),
        ],
      },
      { cells: ['read, and harmless', grouped(read), percent(read / cases)] },
    ],
    note: 'Two of three have a checksum that is right. One in fifty goes the whole way: refused, deleted in Redis, loaded anew.',
  }
}

function bombs(blasts: readonly Blast[]): Table {
  return {
    title: `Bombs, where a value may have ${LIMIT_MB} MB`,
    columns: ['bomb', 'stored', 'ms', 'memory', 'outcome'],
    rows: blasts.map(({ name, storedBytes, ms, grownBytes, outcome, problem }) => ({
      cells: [name, bytes(storedBytes), Math.ceil(ms), bytes(grownBytes), outcome],
      ...(problem !== undefined && { mark: 'bad' as const }),
    })),
    note: `Each within ${MOST_MS} ms. What is within the limits may be read; its time and memory grow with the limit, and no faster.`,
  }
}

function messagesOf(floods: readonly Flood[]): Table {
  return {
    title: 'Messages that no cache sent, published in Redis itself as fast as it can',
    columns: ['kind', 'messages', 'scripts run per second', 'values changed', 'read anew', 'longest pause'],
    rows: floods.map(({ name, count, scriptsPerSecond, wrong, dropped, lagMs, problem }) => ({
      cells: [name, grouped(count), scriptsPerSecond.toFixed(1), wrong, dropped, `${Math.ceil(lagMs)} ms`],
      ...(problem !== undefined && { mark: 'bad' as const }),
    })),
    note: `At most ${MOST_SYNCS} SYNCs a second and ${MOST_LAG_MS} ms without anything else running; afterwards two instances must obey each other as before.`,
  }
}

function keys(busting: Busting, collisions: Collisions): Table {
  return {
    title: 'Keys as an attacker would choose them',
    columns: ['what', 'value', 'bound'],
    rows: [
      { cells: ['keys that are asked for once', grouped(busting.keys), undefined] },
      { cells: ['entries in memory at the end', grouped(busting.entries), `≤ ${grouped(MAX_ENTRIES)}`] },
      { cells: ['estimated bytes', bytes(busting.bytes), `≤ ${bytes(MAX_BYTES)}`] },
      { cells: ['memory of the process, from a fifth of the way on', bytes(busting.grownBytes), 'flat'] },
      {
        cells: [
          'reads of hot keys meanwhile that were in memory',
          percent(busting.hotHits / busting.hotReads),
          '= 100 %',
        ],
      },
      { cells: ['keys that look alike, all different', grouped(collisions.keys), undefined] },
      { cells: ['of them, taken for one another', collisions.found.length, '= 0'] },
    ],
  }
}

function secrets({ rows }: Leaks): Table {
  return {
    title: 'What was said while everything failed: events, errors, logs, stats, health, inspection, output',
    columns: ['failure', 'characters searched', 'passwords and keys found'],
    rows: rows.map(({ name, characters, hits }) => ({
      cells: [name, grouped(characters), hits.length],
      ...(hits.length > 0 && { mark: 'bad' as const }),
    })),
  }
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`
}

function bytes(count: number): string {
  if (Math.abs(count) < 10_000) return `${Math.round(count)} B`
  return Math.abs(count) < 10_000_000 ? `${Math.round(count / 1024)} KB` : `${Math.round(count / 2 ** 20)} MB`
}
