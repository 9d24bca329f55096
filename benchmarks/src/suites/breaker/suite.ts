import { GOALS } from '../../goals.ts'
import type { SuiteResult } from '../../results.ts'
import { compare, failuresOf } from '../../run/compare.ts'
import { contest } from '../../run/contest.ts'
import { effortOf, type Suite, type SuiteOptions } from '../suite.ts'
import { ANCHOR, type BreakerTask, contenders } from './contenders.ts'

const module = new URL('./contenders.ts', import.meta.url)

const CONCURRENCIES = [1, 64]
const EFFORT = { launches: 2, rounds: 6, sliceMs: 80 }

/** What it costs to be safe from a Redis that hangs. */
export const breaker: Suite = {
  name: 'breaker',
  about: 'what a deadline and a circuit breaker add to a call and to a GET',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const effort = effortOf(options, EFFORT)
  const { sliceMs } = effort
  const tasks: Record<string, BreakerTask> = { call: { what: 'call', sliceMs } }
  for (const concurrency of CONCURRENCIES) tasks[`GET ${concurrency}`] = { what: 'get', concurrency, sliceMs }
  const names = Object.keys(contenders)
  const outcomes = await contest({ ...options, module, names, tasks, effort })
  const comparisons = [
    compare(outcomes, {
      id: 'breaker-call',
      title: 'A breaker around a call that does nothing',
      note: "opossum without a timeout does less: it lets a call hang. It is around reads and fills of tiercache, too, but a closed circuit does not go through its 'fire'.",
      metric: { name: 'time of a call', unit: 'ns', better: 'less', figure: 'ns' },
      anchor: ANCHOR,
      contenders,
      tasks: [{ task: 'call' }],
    }),
    compare(outcomes, {
      id: 'breaker-get',
      title: 'A breaker around a GET of 1 KB',
      metric: { name: 'throughput', unit: 'reads/s', better: 'more', figure: 'ops' },
      anchor: ANCHOR,
      parameter: { name: 'concurrency', unit: '', scale: 'log' },
      contenders,
      tasks: CONCURRENCIES.map(at => ({ task: `GET ${at}`, at })),
      targets: () => GOALS.breaker,
    }),
  ]
  return { comparisons, failures: failuresOf(comparisons) }
}
