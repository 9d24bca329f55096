import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Progress } from '../../src/report/progress.ts'
import { formatTable } from '../../src/report/table.ts'

/** What a memory costs. */
export interface Cost {
  /** A read that is answered. */
  readonly getNs: number
  /** A read that is not, and the set that drives something out. */
  readonly setNs: number
  /** Of an entry, beside its key and value. */
  readonly bytes: number
}

/** Each with what it is compared with. */
const CONTENDERS: readonly (readonly [name: string, floor: string])[] = [
  ['lru-cache', 'lru-cache'],
  ['lru', 'lru-cache'],
  ['adaptive', 'lru-cache'],
  ['lru-cache, maxSize', 'lru-cache, maxSize'],
  ['adaptive, bytes', 'lru-cache, maxSize'],
  ['size-aware, bytes', 'lru-cache, maxSize'],
]
const ROUNDS = 4

/** Measures each tier and lru-cache in processes of their own, in turns, and shows the best of each with its ratio. */
export function cost(): void {
  const progress = new Progress()
  progress.begin('cost')
  const costs = new Map<string, Cost>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, [name]] of CONTENDERS.entries()) {
      progress.at((round + at / CONTENDERS.length) / ROUNDS, name)
      const before = costs.get(name)
      const now = measure(name)
      costs.set(name, {
        getNs: Math.min(before?.getNs ?? Infinity, now.getNs),
        setNs: Math.min(before?.setNs ?? Infinity, now.setNs),
        bytes: now.bytes,
      })
    }
  }
  progress.end()
  const table = formatTable({
    title: 'What a memory of 50 000 entries costs',
    note: 'The best of many batches, in ns; bytes are of an entry beside key and value. In brackets: over the lru-cache above.',
    columns: ['tier', 'get', 'miss and set', 'bytes'],
    rows: CONTENDERS.map(([name, floor]) => {
      const [own, base] = [costs.get(name), costs.get(floor)]
      const cell = (of: keyof Cost): string =>
        `${own?.[of].toFixed(0)} (${((own?.[of] ?? 0) / (base?.[of] ?? 1)).toFixed(2)})`
      return { tier: name, get: cell('getNs'), 'miss and set': cell('setNs'), bytes: cell('bytes') }
    }),
  })
  process.stdout.write(`${table}\n`)
}

function measure(name: string): Cost {
  const script = fileURLToPath(new URL('cost-of-one.ts', import.meta.url))
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--conditions=@tiercache/source', script, name],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`${name} could not be measured: ${stderr}`)
  return JSON.parse(stdout) as Cost
}
