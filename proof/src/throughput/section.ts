import { findRedis } from '@tiercache/redis-server'
import type { Context, Failure, Outcome, Section, Table } from '../section.ts'
import { type Database, drive, idealSite, type Measured, openSite, type Site } from './load.ts'

const INSTANCES = 4
const PER_SECOND = 100
/** The share of reads that must be left, and below which something is broken whatever the neighbours do. */
const GOAL = 0.7
const LEAST = 0.45

const DATABASES: readonly { readonly name: string; readonly database: Database; readonly held: boolean }[] = [
  { name: 'quick queries (0–5 ms)', database: { usualMs: 5, slowMs: 0, slowShare: 0 }, held: true },
  {
    name: 'some slow ones (0–10 ms, one in ten up to 300 ms)',
    database: { usualMs: 10, slowMs: 300, slowShare: 0.1 },
    held: false,
  },
]

/** Reads per second while a broad tag is invalidated a hundred times a second. */
export const throughputSection: Section = {
  name: 'throughput',
  title: 'Reads while a broad tag is invalidated all the time',
  about: 'reads per second with and without a broad tag invalidated 100 times a second',
  explains:
    'Four instances serve readers that pause 2 ms on average between two reads. Every fifth key carries one tag, and that tag is deleted a ' +
    'hundred times a second, so that its values live for 10 ms. Whatever is concerned has to be loaded again, which costs the database’s time; ' +
    'the cache must not add a collapse of its own by waiting for leases or by throwing away loads that nothing concerned. Beside it stands a cache ' +
    'that cannot be built: one memory for all instances, invalidations known everywhere at once and for nothing. The rounds alternate, and the ' +
    'shares are taken inside a round.',
  run,
}

interface Round {
  readonly calm: Measured
  readonly busy: Measured
  readonly ideal: number
}

async function run({ seed, quick, onProgress }: Context): Promise<Outcome> {
  const redis = await findRedis({ log: () => {} })
  const rounds = quick ? 2 : 5
  const ms = quick ? 1000 : 2000
  const failures: Failure[] = []
  const rows: Table['rows'][number][] = []
  let share = 0
  try {
    for (const [i, { name, database, held }] of DATABASES.entries()) {
      await using site = await openSite(redis.url, INSTANCES, database, seed + i)
      const ideal = idealSite(INSTANCES, database, seed + i)
      await warm([site, ideal])
      const measured: Round[] = []
      for (let round = 0; round < rounds; round++) {
        onProgress((i + round / rounds) / DATABASES.length, name)
        measured.push(await oneRound(site, ideal, ms))
      }
      const left = median(measured.map(({ calm, busy }) => busy.perSecond / calm.perSecond))
      if (held) share = left
      if (held && left < LEAST) failures.push(collapsed(left))
      rows.push({ cells: rowOf(name, measured, left), ...(held && { mark: 'ours' }) })
    }
  } finally {
    await redis.stop()
  }
  return {
    failures,
    summary: `${percent(share)} of the reads are left at ${PER_SECOND} invalidations a second (goal ${percent(GOAL)})`,
    figures: [{ label: 'reads left', value: percent(share), bound: `goal ≥ ${percent(GOAL)}` }],
    tables: [
      {
        title: `Medians of ${rounds} rounds of ${ms / 1000} s`,
        columns: [
          'database',
          'reads/s, calm',
          'reads/s, invalidated',
          'left',
          'left, ideal cache',
          'tagged read p50',
          'p99',
          'loads per invalidation',
        ],
        rows,
        note: `The first row is held to the goal; it fails below ${percent(LEAST)}. With slow queries even the ideal cache waits for the database most of the time.`,
      },
    ],
    plots: [],
  }
}

async function warm(sites: readonly Site[]): Promise<void> {
  for (const site of sites) await drive(site, 1000, 0)
}

async function oneRound(site: Site, ideal: Site, ms: number): Promise<Round> {
  const calm = await drive(site, ms, 0)
  const busy = await drive(site, ms, PER_SECOND)
  const idealCalm = await drive(ideal, ms, 0)
  const idealBusy = await drive(ideal, ms, PER_SECOND)
  return { calm, busy, ideal: idealBusy.perSecond / idealCalm.perSecond }
}

function rowOf(name: string, rounds: readonly Round[], left: number): (string | number)[] {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick))
  return [
    name,
    Math.round(of(({ calm }) => calm.perSecond)),
    Math.round(of(({ busy }) => busy.perSecond)),
    percent(left),
    percent(of(({ ideal }) => ideal)),
    `${of(({ busy }) => busy.p50Ms).toFixed(1)} ms`,
    `${of(({ busy }) => busy.p99Ms).toFixed(0)} ms`,
    of(({ busy }) => busy.loadsPerSecond / busy.invalidationsPerSecond).toFixed(1),
  ]
}

function collapsed(left: number): Failure {
  return {
    title: `Only ${percent(left)} of the reads are left while a broad tag is invalidated; ${percent(LEAST)} at least were due.`,
    detail: 'Reads wait for something other than the database.',
    repeat: 'pnpm prove throughput',
  }
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
