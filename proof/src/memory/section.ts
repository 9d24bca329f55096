import type { Context, Failure, Figure, Outcome, Section, Table } from '../section.ts'
import { type Check, holds, type Measured } from './part.ts'
import { parts } from './parts/parts.ts'
import { runPart } from './run-part.ts'
import { BOUNDS } from './table-bounds.ts'

/** Everything that could grow is given a million names, and stays within its bound. */
export const memorySection: Section = {
  name: 'memory',
  title: 'Memory stays bounded, whatever is cached and invalidated',
  about: 'a million tags, keys, namespaces and shapes; an outage; limits of memory; caches made and closed',
  explains:
    'A cache that forgets nothing is a leak with an interface. Each part runs in a process of its own and gives one thing that could grow far more ' +
    'than any service has: tags, keys, namespaces, values of ever new shapes, readers, loaders that never come back, an outage with a million ' +
    'invalidations, caches that are made and closed. Heaps are measured behind a collection of garbage, and tables are counted in living instances. ' +
    'It fails when a table or a heap is larger than its bound, when memory exceeds `maxEntries` or `maxBytes` at any moment, when an outage loses an ' +
    'invalidation, or when something is left behind.',
  run,
}

/** Parts that run at the same time: the machines this is for have two cores. */
const AT_ONCE = 2

interface Part extends Measured {
  readonly name: string
  /** Why there is nothing to say. */
  readonly problem?: string
}

async function run({ quick, seed, onProgress }: Context): Promise<Outcome> {
  const names = Object.keys(parts)
  const measured: Part[] = []
  const waiting = names.entries()
  const worker = async (): Promise<void> => {
    for (const [i, name] of waiting) {
      onProgress(measured.length / names.length, name)
      measured[i] = { name, ...(await runPart(name, { quick, seed }).catch(unmeasured)) }
    }
  }
  // A heap is measured in its own process, whatever the other one does.
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  const all = measured.flatMap(({ name, checks }) => checks.map(check => ({ name, check })))
  const broken = all.filter(({ check }) => !holds(check))
  const repeat = `pnpm prove memory${quick ? ' --quick' : ''} --seed ${seed}`
  return {
    failures: [
      ...broken.map(({ name, check }) => failureOf(name, check, repeat)),
      ...measured.flatMap(({ name, problem }) =>
        problem === undefined ? [] : [{ title: `${name}: it can be measured`, detail: problem, repeat }],
      ),
    ],
    summary: `${all.length} bounds, ${broken.length} exceeded`,
    figures: figuresOf(
      all.map(({ check }) => check),
      broken.length,
    ),
    tables: [...measured.map(boundsTable), ...measured.flatMap(({ tables = [] }) => tables), reasonsTable()],
    plots: measured.flatMap(({ plots = [] }) => plots),
  }
}

function unmeasured(error: unknown): Measured & { problem: string } {
  return { checks: [], problem: String(error) }
}

function failureOf(part: string, check: Check, repeat: string): Failure {
  return {
    title: `${part}: ${check.what}`,
    detail: `${shown(check, check.is)}, where ${shown(check, check.limit)} are allowed`,
    repeat,
  }
}

function figuresOf(checks: readonly Check[], broken: number): Figure[] {
  const lost = checks.filter(({ unit }) => unit === 'values').reduce((sum, { is }) => sum + is, 0)
  return [
    { label: 'bounds checked', value: checks.length },
    { label: 'bounds exceeded', value: broken, bound: '= 0' },
    { label: 'tables with a stated bound', value: BOUNDS.length },
    { label: 'invalidations lost in an outage', value: lost, bound: '= 0' },
  ]
}

function boundsTable({ name, checks }: Part): Table {
  return {
    title: `Bounds: ${name}`,
    columns: ['what', 'measured', 'at most'],
    rows: checks.map(check => ({
      cells: [check.what, shown(check, check.is), shown(check, check.limit)],
      ...(!holds(check) && { mark: 'bad' as const }),
    })),
  }
}

function reasonsTable(): Table {
  return {
    title: 'What bounds each table',
    columns: ['where', 'holds', 'bounded because'],
    rows: BOUNDS.map(({ file, field, holds: what, because }) => ({
      cells: [`${file} ${field}`, what, because],
    })),
    note: 'Every table that lives longer than a call; a test compares the list with the sources.',
  }
}

function shown({ unit }: Check, value: number): string {
  if (unit === 'bytes' && Math.abs(value) >= 100_000) return `${(value / 2 ** 20).toFixed(1)} MB`
  if (unit === 'times') return `${value.toFixed(2)} times`
  if (unit === 'entries' || unit === 'values') return `${Math.round(value)}`
  return `${Math.round(value)} ${unit}`
}
