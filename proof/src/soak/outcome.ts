import type { Failure, Figure, Outcome, Plot, Table } from '../section.ts'
import { type Judgement, judge, LIMIT, resolution } from './judge.ts'
import type { Sample } from './messages.ts'
import type { Moment, Seen } from './soak.ts'

const MB = 2 ** 20
const MOST_REDIS_MB = 256
/** One read in so many may time out. */
const MOST_LATE = 10_000

/** A soak as a section of a report: leaks, violations, deaths; how it went; how sure that is. */
export function outcomeOf(seen: Seen, repeat: string): Outcome {
  const judgements = judge(seen)
  const sees = resolution(judgements)
  const failures = [
    ...judgements.filter(({ leaks }) => leaks).map(one => leak(one, seen, repeat)),
    ...failuresOf('Every value is as new as promised', seen.violations, repeat),
    ...failuresOf('No process ends', seen.deaths, repeat),
    ...failuresOf('Reads come to an end in time', lateOf(seen), repeat),
    ...failuresOf('Every table keeps its bound', beyondOf(seen), repeat),
  ]
  const totals = totalsOf(seen)
  const faults = [...seen.faults.values()].reduce((sum, count) => sum + count, 0)
  const heap = judgements.find(({ what, instance }) => what === 'heap' && instance === undefined)
  return {
    failures,
    summary: `${minutes(seen)}, ${totals.reads.toLocaleString('en')} reads, ${faults} faults, ${failures.length} findings; heap ${slope(heap)}; would show a leak from ${rate(sees.heap)} on`,
    figures: figuresOf(seen, judgements, totals, faults),
    tables: [trendTable(judgements, sees), faultTable(seen), instanceTable(seen), tableTable(seen)],
    plots: plotsOf(seen),
  }
}

function leak({ what, instance, trend, limit }: Judgement, seen: Seen, repeat: string): Failure {
  const who = instance === undefined ? 'all instances on average' : `instance ${instance}`
  return {
    title: `Memory does not grow: ${what} of ${who}`,
    detail: `${rate(trend?.slope ?? 0)} over ${minutes(seen)} (between ${rate(trend?.low ?? 0)} and ${rate(trend?.high ?? 0)}), where ${rate(limit)} are allowed`,
    repeat,
  }
}

function failuresOf(title: string, found: readonly string[], repeat: string): Failure[] {
  return found.length === 0 ? [] : [{ title, detail: found.join('\n'), repeat }]
}

function beyondOf({ moments }: Seen): string[] {
  const found = moments.flatMap(moment =>
    [...moment.samples].flatMap(([instance, { beyond }]) => beyond.map(what => `#${instance}: ${what}`)),
  )
  const redis = moments.flatMap(({ redisBytes = 0, minutes: at }) =>
    redisBytes > MOST_REDIS_MB * MB
      ? [`Redis had ${Math.round(redisBytes / MB)} MB after ${at.toFixed(1)} minutes`]
      : [],
  )
  return [...new Set([...found, ...redis])].slice(0, 20)
}

/** Reads that ran out of time: a few, behind faults on a busy machine, are no finding. */
function lateOf({ moments }: Seen): string[] {
  const last = moments.at(-1)
  const [late, reads] = [total(last, ({ timeouts }) => timeouts), total(last, sample => sample.reads)]
  return late * MOST_LATE <= reads
    ? []
    : [`${late} of ${reads} reads waited for their load until timeouts.hard`]
}

function totalsOf({ moments }: Seen): { reads: number; hits: number; misses: number; perSecond: number } {
  const last = moments.at(-1)
  const sum = (pick: (sample: Sample) => number): number => total(last, pick)
  const reads = sum(sample => sample.reads)
  return {
    reads,
    hits: sum(sample => sample.hits),
    misses: sum(sample => sample.misses),
    perSecond: last === undefined ? 0 : reads / (last.minutes * 60),
  }
}

function figuresOf(
  seen: Seen,
  judgements: readonly Judgement[],
  { reads, hits, misses, perSecond }: ReturnType<typeof totalsOf>,
  faults: number,
): Figure[] {
  const mean = (what: Judgement['what']): Judgement | undefined =>
    judgements.find(one => one.what === what && one.instance === undefined)
  const most = (pick: (sample: Sample) => number): number =>
    Math.max(0, ...seen.moments.flatMap(({ samples }) => [...samples.values()].map(pick)))
  return [
    { label: 'minutes', value: Number(seen.minutes.toFixed(1)) },
    { label: 'reads', value: reads },
    { label: 'reads per second', value: Math.round(perSecond) },
    { label: 'hit rate', value: Number(((100 * hits) / Math.max(1, hits + misses)).toFixed(1)), unit: '%' },
    { label: 'faults', value: faults },
    { label: 'violations', value: seen.violations.length, bound: '= 0' },
    { label: 'longest staleness seen', value: Math.round(seen.worstMs), unit: 'ms', bound: '≤ 2 000 ms' },
    { label: 'heap grows by', value: slope(mean('heap')), bound: `≤ ${rate(mean('heap')?.limit ?? LIMIT)}` },
    { label: 'RSS grows by', value: slope(mean('RSS')), bound: `≤ ${rate(mean('RSS')?.limit ?? LIMIT)}` },
    { label: 'reads that timed out', value: total(seen.moments.at(-1), ({ timeouts }) => timeouts) },
    { label: 'most deferred at once', value: most(({ deferred }) => deferred) },
    { label: 'longest stop of an event loop', value: Math.round(most(({ lagMs }) => lagMs)), unit: 'ms' },
    { label: 'processes that died', value: seen.deaths.length, bound: '= 0' },
  ]
}

function trendTable(judgements: readonly Judgement[], sees: { heap: number; RSS: number }): Table {
  return {
    title: 'Growth of memory after warming up, by least squares',
    columns: ['memory', 'instance', 'at the beginning', 'scatter', 'growth', 'between', 'allowed', 'verdict'],
    rows: judgements.map(({ what, instance, trend, limit, leaks }) => ({
      cells: [
        what,
        instance ?? 'mean of all',
        trend && `${trend.level.toFixed(1)} MB`,
        trend && `±${trend.scatter.toFixed(2)} MB`,
        trend && rate(trend.slope),
        trend && `${trend.low.toFixed(1)} and ${trend.high.toFixed(1)}`,
        rate(limit),
        leaks ? 'grows' : trend === undefined ? 'too short to say' : 'does not grow',
      ],
      ...(leaks && { mark: 'bad' as const }),
    })),
    note:
      `Heap is what is left behind a collection of garbage, buffers included. Intervals are of 95 % for the mean and 99 % for each instance, widened by how much neighbouring samples resemble each other. ` +
      `A soak this long shows a heap that grows by ${rate(sees.heap)} or more, and an RSS that grows by ${rate(sees.RSS)} or more; slower leaks need a longer one.`,
  }
}

function faultTable({ faults }: Seen): Table {
  return {
    title: 'What went wrong on purpose',
    columns: ['fault', 'times'],
    rows: [...faults].toSorted(byName).map(cells => ({ cells })),
  }
}

function instanceTable({ moments }: Seen): Table {
  const last = moments.at(-1)
  return {
    title: 'Instances at the end',
    columns: ['instance', 'reads', 'writes', 'hits', 'loads', 'errors heard', 'heap', 'RSS', 'coherent'],
    rows: [...(last?.samples ?? [])].map(([instance, sample]) => ({
      cells: [
        instance,
        sample.reads,
        sample.writes,
        `${((100 * sample.hits) / Math.max(1, sample.hits + sample.misses)).toFixed(1)} %`,
        sample.loads,
        sample.errors,
        `${(sample.heap / MB).toFixed(1)} MB`,
        `${(sample.rss / MB).toFixed(1)} MB`,
        sample.coherent ? 'yes' : 'no',
      ],
    })),
  }
}

/** The largest size of each table over all instances, at the first and the last look. */
function tableTable({ moments }: Seen): Table {
  const looks = moments.filter(({ samples }) => [...samples.values()].some(({ tables }) => tables.length > 0))
  const sizes = (moment: Moment | undefined): Map<string, number> => {
    const largest = new Map<string, number>()
    for (const { tables } of moment?.samples.values() ?? [])
      for (const [name, size] of tables) largest.set(name, Math.max(largest.get(name) ?? 0, size))
    return largest
  }
  const [first, middle, last] = [looks[0], looks[looks.length >> 1], looks.at(-1)].map(sizes)
  return {
    title: 'Largest tables of any instance',
    columns: ['table', 'at first', 'half-way', 'at last'],
    rows: [...(last ?? [])]
      .toSorted(byName)
      .map(([name, size]) => ({ cells: [name, first?.get(name) ?? 0, middle?.get(name) ?? 0, size] })),
  }
}

function plotsOf({ moments }: Seen): Plot[] {
  const instances = [...new Set(moments.flatMap(({ samples }) => [...samples.keys()]))].toSorted(
    (a, b) => a - b,
  )
  const each = (title: string, yLabel: string, pick: (sample: Sample) => number): Plot => ({
    title,
    kind: 'line',
    xLabel: 'minutes',
    yLabel,
    series: instances.map(instance => ({
      name: `#${instance}`,
      points: moments.flatMap(({ minutes: at, samples }) => {
        const sample = samples.get(instance)
        return sample === undefined ? [] : [[round(at), round(pick(sample))] as const]
      }),
    })),
  })
  return [
    each('Heap after collecting garbage', 'MB', sample => (sample.heap + sample.external) / MB),
    each('RSS', 'MB', sample => sample.rss / MB),
    line(
      'Redis',
      'MB',
      'used memory',
      moments.flatMap(one => (one.redisBytes === undefined ? [] : [[one.minutes, one.redisBytes / MB]])),
    ),
    line('Reads of all instances', 'reads per second', 'reads', ratesOf(moments)),
    each('Longest stop of the event loop', 'ms', sample => sample.lagMs),
    each('Invalidations that wait for Redis', 'names', sample => sample.deferred),
  ]
}

function line(title: string, yLabel: string, name: string, points: readonly (readonly number[])[]): Plot {
  return {
    title,
    kind: 'line',
    xLabel: 'minutes',
    yLabel,
    series: [{ name, points: points.map(([x = 0, y = 0]) => [round(x), round(y)]) }],
  }
}

function ratesOf(moments: readonly Moment[]): number[][] {
  return moments.slice(1).map((moment, i) => {
    const before = moments[i]
    const seconds = (moment.minutes - (before?.minutes ?? 0)) * 60
    return [
      moment.minutes,
      (total(moment, ({ reads }) => reads) - total(before, ({ reads }) => reads)) / seconds,
    ]
  })
}

function total(moment: Moment | undefined, pick: (sample: Sample) => number): number {
  return [...(moment?.samples.values() ?? [])].reduce((sum, sample) => sum + pick(sample), 0)
}

function slope(judgement: Judgement | undefined): string {
  const { trend } = judgement ?? {}
  return trend === undefined
    ? 'not known'
    : `${rate(trend.slope)} ± ${((trend.high - trend.low) / 2).toFixed(1)}`
}

function rate(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(1)} MB/h` : 'no rate'
}

function minutes({ minutes: count }: Seen): string {
  return `${count.toFixed(1)} minutes`
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1
}
