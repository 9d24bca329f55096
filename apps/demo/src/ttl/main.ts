/** A day of a shop in a few seconds: a ttl that is learnt beside one that is fixed. */
import { parseArgs } from 'node:util'
import { type Hour, race } from './race.ts'

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '24' },
    ttl: { type: 'string', default: '90s' },
    target: { type: 'string', default: '0.02' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(`pnpm ttl [--hours 24] [--ttl 90s] [--target 0.02] [--seed 1]
  --hours   how many hours are simulated
  --ttl     the fixed ttl
  --target  the share of stale reads that the learnt ttl may have`)
} else await show()

async function show(): Promise<void> {
  console.log(
    `hour   reads   fixed ttl of ${values.ttl.padEnd(6)}       learnt, target ${100 * Number(values.target)} %`,
  )
  console.log('                loads     stale         loads     stale    loads saved')
  const all: Hour[] = []
  const hours = race({
    seed: Number(values.seed),
    hours: Number(values.hours),
    products: 500,
    readsPerHour: 10_000,
    fixedTtl: values.ttl as '90s',
    adaptive: { staleTarget: Number(values.target) },
  })
  for await (const hour of hours) {
    all.push(hour)
    console.log(line(String(hour.hour), hour))
  }
  console.log(line('all', total(all)))
}

function total(hours: readonly Hour[]): Hour {
  const add = (one: Hour['fixed'], other: Hour['fixed']): Hour['fixed'] => ({
    loads: one.loads + other.loads,
    stale: one.stale + other.stale,
  })
  return hours.reduce((sum, hour) => ({
    hour: 0,
    reads: sum.reads + hour.reads,
    fixed: add(sum.fixed, hour.fixed),
    adaptive: add(sum.adaptive, hour.adaptive),
  }))
}

function line(name: string, { reads, fixed, adaptive }: Hour): string {
  const share = (part: number): string => `${((100 * part) / reads).toFixed(2)} %`
  const columns: readonly (readonly [string, number])[] = [
    [name, 4],
    [String(reads), 8],
    [String(fixed.loads), 9],
    [share(fixed.stale), 10],
    [String(adaptive.loads), 14],
    [share(adaptive.stale), 10],
    [`${(100 * (1 - adaptive.loads / fixed.loads)).toFixed(1)} %`, 15],
  ]
  return columns.map(([text, width]) => text.padStart(width)).join('')
}
