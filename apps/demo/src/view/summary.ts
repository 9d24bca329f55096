import type { Violation } from '../check/checker.ts'
import type { Report } from '../run/report.ts'
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

/** What the run showed, for a reader who saw nothing of it. */
export function summary(report: Report): string {
  const rows = [
    ['reads', reads(report)],
    ['slowest', slowest(report)],
    ['hit rate', hits(report)],
    ['queries', queries(report)],
    ['writes', writes(report)],
    ['staleness', staleness(report)],
    [
      'own writes',
      `${things(report.ownReads.count, 'read')} straight after a write, from the instance that took it`,
    ],
    ...(report.audit ? [['at the end', audit(report.audit)]] : []),
    ...report.outages.map(outage => ['chaos', outageLine(outage, report.seconds * 1000)]),
  ] as const
  return [
    '',
    bold(
      `${seconds(report.seconds * 1000)}, ${things(report.options.instances, 'instance')}, ${report.redis}`,
    ),
    '',
    table(comparison(report)),
    '',
    table(instances(report)),
    '',
    ...rows.map(([name, text]) => `${dim(name.padEnd(12))}${text}`),
    '',
    ...details(report),
    conclusion(report),
  ].join('\n')
}

function comparison({ reads: { latency, latencyByTier }, uncached }: Report): string[][] {
  const line = (name: string, { count: n, p50, p99, max }: Report['uncached']): string[] => [
    name,
    count(n),
    ...(n > 0 ? [ms(p50), ms(p99), ms(max)] : ['–', '–', '–']),
  ]
  return [
    ['latency', 'reads', 'p50', 'p99', 'max'].map(dim),
    line('with the cache', latency),
    line('  from memory', latencyByTier.memory),
    line('  from Redis', latencyByTier.redis),
    line('  loaded', latencyByTier.load),
    line('without it', uncached),
  ]
}

function instances({ instances: all }: Report): string[][] {
  const titles = ['instance', 'hit rate', 'p50', 'p99', 'loads', 'inval. out', 'in', 'superseded', 'oldest']
  return [
    titles.map(dim),
    ...all.map(({ name, hitRate, latency, loads, invalidationsSent, invalidationsReceived, superseded }) => [
      name,
      percent(hitRate),
      ms(latency.p50),
      ms(latency.p99),
      count(loads),
      count(invalidationsSent),
      count(invalidationsReceived),
      count(superseded.count),
      superseded.count > 0 ? ms(superseded.max) : '–',
    ]),
  ]
}

function reads({ reads: { count: n, latency }, uncached, seconds: time, options }: Report): string {
  const asked = options.rate * (1 - options.writes)
  const slower =
    n / time < asked * 0.8 ? warn(` (${count(asked)}/s asked for, more than this machine can do)`) : ''
  const times = uncached.p50 / latency.p50
  const faster = times > 1.2 ? `; p50 ${times.toFixed(1)} times faster than without the cache` : ''
  return `${count(n)} through the cache, ${count(n / time)}/s${slower}${faster} ${dim(`(the database has ${options.dbMs} ms of latency added)`)}`
}

function slowest({ reads: { slowest: one } }: Report): string {
  if (!one) return '–'
  return `${one.request} after ${one.at.toFixed(1)} s: ${ms(one.ms)}, ${one.tier === 'load' ? 'loaded' : `from ${one.tier}`} by ${one.instance}`
}

function hits({ reads: { hitRate, byTier, count: n }, hitRates }: Report): string {
  const course =
    hitRates.length > 1
      ? `  ${sparkline(hitRates, 1)}  ${percent(hitRates.at(-1) ?? 0)} in the last second`
      : ''
  return `${percent(hitRate)}: memory ${percent(byTier.memory / n)}, Redis ${percent(byTier.redis / n)}, loaded ${percent(byTier.load / n)}${course}`
}

function queries({ queries: { withCache, withoutCache, savedShare } }: Report): string {
  return `${count(withCache)} database queries for ${count(withoutCache)} reads; ${percent(savedShare)} saved`
}

function writes({
  writes: { committed, deferred, deferredOpen, deferredLost, deferredLongestMs, latency },
}: Report): string {
  if (committed + deferred === 0) return 'none'
  const late = deferred > 0 ? `, the longest made good after ${seconds(deferredLongestMs)}` : ''
  const open = deferredOpen > 0 ? warn(`, ${count(deferredOpen)} still open`) : ''
  const lost = deferredLost > 0 ? warn(`, ${count(deferredLost)} lost with their process`) : ''
  return `${things(committed + deferred, 'row')} changed, p50 ${ms(latency.p50)}: ${count(committed)} committed, ${count(deferred)} deferred${late}${open}${lost}`
}

function staleness({ reads: { superseded, markedStale, count: n }, boundMs }: Report): string {
  const seen =
    superseded.count === 0
      ? 'no read saw a superseded value'
      : `${things(superseded.count, 'read')} (${percent(superseded.count / n)}) saw a superseded value, p50 ${ms(superseded.p50)}, p99 ${ms(superseded.p99)}, oldest ${ms(superseded.max)}`
  return `${seen}; the bound Δ is ${count(boundMs)} ms; ${count(markedStale.count)} more were marked stale`
}

function audit({ reads: n, violations }: NonNullable<Report['audit']>): string {
  return `${things(n, 'read')} of all that was written, from each instance: ${violations === 0 ? good('all current') : bad(`${count(violations)} old`)}`
}

function details({ violations, failures }: Report): string[] {
  return [
    ...violations.first.map(violation => `${bad('violation')}  ${describe(violation)}`),
    ...(violations.count > violations.first.length
      ? [dim(`and ${count(violations.count - violations.first.length)} more`)]
      : []),
    ...failures.first.map(
      ({ at, request, reason }) => `${bad('failure')}  ${at.toFixed(1)} s  ${request}  ${reason}`,
    ),
    ...(failures.first.length + violations.first.length > 0 ? [''] : []),
  ]
}

const meanings: Readonly<Record<Violation['kind'], string>> = {
  bound: 'older than the bound allows',
  'own-write': 'older than a write this instance had acknowledged',
  backwards: 'older than what this instance had answered before',
  database: 'a read past the cache was older than an acknowledged write',
}

function describe({ kind, instance, path, subject, version, tier, ageMs }: Violation): string {
  return `${instance} answered ${path} from ${tier} with ${subject} at version ${version}, superseded ${ms(ageMs)} before: ${meanings[kind]}`
}

function conclusion({ ok, problems, boundMs, interrupted }: Report): string {
  const cut = interrupted ? 'Interrupted. ' : ''
  if (ok) return good(`${cut}No read was older than Δ = ${count(boundMs)} ms, and nothing failed.`)
  return bad(`${cut}Not ok: ${problems.join('; ')}.`)
}
