import type { Durations } from '../measure/histogram.ts'
import type { Row } from '../measure/tally.ts'
import {
  bad,
  bold,
  count,
  dim,
  good,
  ms,
  percent,
  seconds,
  sparkline,
  table,
  things,
  warn,
} from './format.ts'
import { outageLine } from './outage-line.ts'
import type { Scene } from './scene.ts'

const columns = [
  'instance',
  'reads',
  'memory',
  'Redis',
  'load',
  'p50',
  'p99',
  'loads',
  'inval. out',
  'in',
  'oldest',
]

/** The whole picture, as text to draw in place of the one before. */
export function frame(scene: Scene): string {
  const { tally, fleet } = scene
  return [
    '',
    `${bold('tiercache')}  ${scene.address}  ${progress(scene)}`,
    '',
    table([columns.map(dim), ...fleet.names.map(name => instanceRow(scene, name)), totalRow(scene)]),
    dim(
      `uncached, for comparison: ${things(tally.uncached.count, 'read')}, ${latencies(tally.uncached)}; the database has ${scene.dbMs} ms of latency added`,
    ),
    '',
    `${label('hit rate')}${sparkline(scene.hitRates.slice(-40), 1)} ${percent(scene.hitRates.at(-1) ?? Number.NaN)} in the last second`,
    `${label('Redis')}${redisState(scene)}`,
    `${label('writes')}${writes(scene)}`,
    `${label('checked')}${checked(scene)}`,
    ...scene.outages.map(outage => `${label('chaos')}${outageLine(outage, scene.elapsedMs())}`),
    '',
  ].join('\n')
}

const label = (text: string): string => dim(text.padEnd(10))

function progress(scene: Scene): string {
  const { seconds: total, rate } = scene
  const elapsedMs = Math.min(scene.elapsedMs(), total * 1000)
  const share = elapsedMs / (total * 1000)
  const full = Math.round(share * 20)
  return `${'█'.repeat(full)}${dim('░'.repeat(20 - full))} ${seconds(elapsedMs)} of ${total} s at ${count(rate)}/s`
}

function instanceRow({ tally, sampler, fleet }: Scene, name: string): string[] {
  const totals = sampler.totals(name)
  const shown = fleet.find(name) ? `${name} ${dim(String(fleet.find(name)?.pid))}` : bad(`${name} down`)
  return [
    shown,
    ...figures(tally.row(name)),
    count(totals.loads),
    count(totals.sent),
    count(totals.received),
    oldest(tally.row(name)),
  ]
}

function totalRow({ tally, sampler, fleet }: Scene): string[] {
  const totals = fleet.names.map(name => sampler.totals(name))
  const sum = (of: (one: (typeof totals)[number]) => number): string =>
    count(totals.reduce((all, one) => all + of(one), 0))
  return [
    'all',
    ...figures(tally.all),
    sum(one => one.loads),
    sum(one => one.sent),
    sum(one => one.received),
    oldest(tally.all),
  ].map(bold)
}

function figures(row: Row): string[] {
  const share = (tier: 'memory' | 'redis' | 'load'): string => percent(row.byTier[tier] / row.reads)
  return [
    count(row.reads),
    share('memory'),
    share('redis'),
    share('load'),
    ms(row.latency.percentile(50)),
    ms(row.latency.percentile(99)),
  ]
}

const oldest = (row: Row): string => (row.superseded.count > 0 ? ms(row.superseded.max()) : '–')

const latencies = (of: Durations): string => `p50 ${ms(of.percentile(50))}, p99 ${ms(of.percentile(99))}`

function redisState({ sampler, redisShown, fleet }: Scene): string {
  const facts = sampler.redis()
  const states = fleet.names.map(name => sampler.latest(name)?.cache)
  const breakers = [...new Set(states.flatMap(cache => (cache ? [cache.breaker] : [])))].join(', ')
  const coherence = [...new Set(states.flatMap(cache => (cache ? [cache.coherence] : [])))].join(', ')
  const server = facts
    ? `${good('up')}, ${facts.version}, ${things(facts.keys, 'key')}, ${facts.memory}, ${count(facts.commandsPerSecond)} commands/s`
    : bad('down')
  return `${redisShown}: ${server}; breaker ${breakers || '–'}; coherence ${coherence || '–'}`
}

function writes({ tally, deferred }: Scene): string {
  const { open, abandoned } = deferred.counts()
  const parts = [`${count(tally.writes.committed)} committed`, `${count(tally.writes.deferred)} deferred`]
  if (open > 0) parts.push(warn(`${count(open)} waiting for Redis`))
  if (abandoned > 0) parts.push(warn(`${count(abandoned)} lost with their process`))
  return parts.join(', ')
}

function checked({ tally, boundMs }: Scene): string {
  const { superseded, markedStale, reads } = tally.all
  const failed = tally.failures.reads + tally.failures.writes
  return [
    `${things(reads, 'read')}: ${things(superseded.count, 'superseded value')}${superseded.count > 0 ? ` up to ${ms(superseded.max())} old` : ''} (Δ ${count(boundMs)} ms)`,
    `${count(markedStale.count)} marked stale`,
    verdict(tally.violations.count, 'violation'),
    verdict(failed, 'failure'),
  ].join(', ')
}

const verdict = (n: number, name: string): string => (n === 0 ? good(`no ${name}`) : bad(things(n, name)))
