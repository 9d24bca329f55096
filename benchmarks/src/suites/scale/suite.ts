import type { Comparison, SuiteResult } from '../../results.ts'
import { compare, failuresOf } from '../../run/compare.ts'
import { chosen } from '../../run/contender.ts'
import { contest, type Outcomes } from '../../run/contest.ts'
import { teamContest } from '../../run/teams.ts'
import { effortOf, type Suite, type SuiteOptions, type TimedEffort } from '../suite.ts'
import { ANCHOR as LRU, contenders as hits, type ScaleTask } from './contenders.ts'
import { ANCHOR as PUBLISH, contenders as instances } from './instances.ts'
import { lastInstance } from './last-instance.ts'
import { ANCHOR as JSON_GET, contenders as values, type ValueTask } from './values.ts'

const KEYS = [1000, 10_000, 100_000, 1_000_000]
const HIT_TAGS = [0, 1, 4, 16]
const BYTES = [100, 1024, 10_240, 102_400, 1_048_576]
const SET_TAGS = [0, 1, 4, 16]
const INSTANCES = [1, 2, 4, 8]
const EFFORT = { launches: 1, rounds: 3, sliceMs: 50 }

/** How costs grow. */
export const scale: Suite = {
  name: 'scale',
  about: 'how costs grow with keys, tags of an entry, size of a value, and instances',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const effort = effortOf(options, EFFORT)
  const part = (from: number, to: number): SuiteOptions => ({
    ...options,
    onProgress: (share, what) => options.onProgress(from + share * (to - from), what),
  })
  const comparisons = [
    ...(await inMemory(part(0, 0.4), effort)),
    ...(await inRedis(part(0.4, 0.7), effort)),
    await amongInstances(part(0.7, 1), effort),
  ]
  return { comparisons, failures: failuresOf(comparisons) }
}

/** Each number in processes of its own: a heap that held a million entries is another heap. */
async function inMemory(options: SuiteOptions, effort: TimedEffort): Promise<Comparison[]> {
  const { sliceMs } = effort
  const tasks = [
    ...KEYS.slice(0, options.quick ? 2 : undefined).map((keys): ScaleTask => ({ keys, tags: 0, sliceMs })),
    ...HIT_TAGS.slice(1).map((tags): ScaleTask => ({ keys: 1000, tags, sliceMs })),
  ]
  const outcomes: Record<string, Outcomes[string]> = {}
  for (const [at, task] of tasks.entries()) {
    const module = new URL('./contenders.ts', import.meta.url)
    const onProgress = (share: number, what: string): void =>
      options.onProgress((at + share) / tasks.length, what)
    const name = nameOf(task)
    Object.assign(
      outcomes,
      await contest({
        ...options,
        module,
        names: Object.keys(hits),
        tasks: { [name]: task },
        effort,
        onProgress,
      }),
    )
  }
  const shown = {
    note: `Ratio: time over that of '${LRU}' with as many keys.`,
    metric: { name: 'time of a read', unit: 'ns', better: 'less', figure: 'ns' },
    anchor: LRU,
    contenders: hits,
  } as const
  return [
    compare(outcomes, {
      ...shown,
      id: 'scale-keys',
      title: 'A hit in memory, by number of keys',
      parameter: { name: 'keys', unit: '', scale: 'log' },
      tasks: tasks.filter(({ tags }) => tags === 0).map(task => ({ task: nameOf(task), at: task.keys })),
    }),
    compare(outcomes, {
      ...shown,
      id: 'scale-hit-tags',
      title: 'A hit in memory, by tags of its entry, among 1000 keys',
      note: `${shown.note} The floors know no tags.`,
      parameter: { name: 'tags', unit: '', scale: 'linear' },
      tasks: tasks.filter(({ keys }) => keys === 1000).map(task => ({ task: nameOf(task), at: task.tags })),
    }),
  ]
}

async function inRedis(options: SuiteOptions, effort: TimedEffort): Promise<Comparison[]> {
  const { sliceMs } = effort
  const reads = BYTES.map(bytes => ({ task: `${bytes} B`, at: bytes }))
  const sets = SET_TAGS.map(tags => ({ task: `${tags} tags`, at: tags }))
  const tasks: Record<string, ValueTask> = {}
  for (const { task, at } of reads) tasks[task] = { what: 'read', bytes: at, sliceMs }
  for (const { task, at } of sets) tasks[task] = { what: 'tag', tags: at, sliceMs }
  const present = chosen(values, options.peers)
  const module = new URL('./values.ts', import.meta.url)
  const outcomes = await contest({ ...options, module, names: Object.keys(present), tasks, effort })
  const shown = {
    metric: { name: 'throughput', unit: '1/s', better: 'more', figure: 'ops' },
    anchor: JSON_GET,
  } as const
  return [
    compare(outcomes, {
      ...shown,
      id: 'scale-value',
      title: 'A hit in Redis, by size of its value, 8 at a time',
      note: `Ratio: throughput over that of '${JSON_GET}': GET and JSON.parse.`,
      parameter: { name: 'value as JSON', unit: 'B', scale: 'log' },
      contenders: present,
      tasks: reads,
    }),
    compare(outcomes, {
      ...shown,
      id: 'scale-set-tags',
      title: 'A set in Redis, by tags of its entry, 1 KB, 8 at a time',
      note: `Ratio: throughput over that of '${JSON_GET}': JSON.stringify and SET, which knows no tags.`,
      parameter: { name: 'tags', unit: '', scale: 'linear' },
      contenders: present,
      tasks: sets,
    }),
  ]
}

async function amongInstances(options: SuiteOptions, { rounds }: TimedEffort): Promise<Comparison> {
  const present = chosen(instances, options.peers)
  const outcomes = await teamContest({
    ...options,
    module: new URL('./instances.ts', import.meta.url),
    names: Object.keys(present),
    size: 2,
    tasks: Object.fromEntries(INSTANCES.map(count => [String(count), count])),
    rounds,
    play: (racers, count, round) => lastInstance(racers, count, `last:${count}:${round}`),
  })
  return compare(outcomes, {
    id: 'scale-instances',
    title: 'A delete, until the last of so many other instances has the value no more',
    note: `All other instances are in one process, so they take turns. Ratio: over '${PUBLISH}', heard by as many subscribers.`,
    metric: { name: 'call to gone everywhere', unit: 'µs', better: 'less', figure: 'us' },
    anchor: PUBLISH,
    parameter: { name: 'instances', unit: '', scale: 'linear' },
    contenders: present,
    tasks: INSTANCES.map(at => ({ task: String(at), at })),
  })
}

function nameOf({ keys, tags }: ScaleTask): string {
  return `${keys} keys, ${tags} tags`
}
