import type { Failure } from '../section.ts'
import type { Flood } from './bus.ts'
import type { Busting } from './busting.ts'
import type { Collisions } from './collisions.ts'
import { type Blast, MOST_MS } from './explode.ts'
import type { FuzzResult } from './fuzz.ts'
import type { Findings } from './report.ts'
import type { Leaks } from './secrets.ts'

/** A value takes no longer than this, whatever it is, as long as it is small. */
const SLOWEST_MS = 1000
const MOST_GROWN_BYTES = 192 * 1024 * 1024

/** What broke a promise. `afterFloods` is what was found wrong once all messages had come. */
export function failuresOf(findings: Findings, afterFloods: readonly string[], repeat: string): Failure[] {
  const { blasts, fuzzed, busting, collisions, floods, leaked } = findings
  const failures: Omit<Failure, 'repeat'>[] = [
    ...ofFuzz(fuzzed),
    ...ofBlasts(blasts),
    ...ofBusting(busting),
    ...ofCollisions(collisions),
    ...ofFloods(floods, afterFloods),
    ...ofLeaks(leaked),
  ]
  return failures.map(one => ({ ...one, repeat }))
}

type Found = Omit<Failure, 'repeat'>[]

function ofFuzz({ failures, trips, slowestMs, grownBytes }: FuzzResult): Found {
  const bounds = [
    ...(trips > 0 ? [`a circuit changed its state ${trips} times`] : []),
    ...(slowestMs > SLOWEST_MS ? [`one value took ${Math.round(slowestMs)} ms (bound ${SLOWEST_MS})`] : []),
    ...(grownBytes > MOST_GROWN_BYTES ? [`memory grew by ${Math.round(grownBytes / 2 ** 20)} MB`] : []),
  ]
  return [...failures, ...bounds.map(detail => ({ title: 'mutated values cost nothing', detail }))]
}

function ofBlasts(blasts: readonly Blast[]): Found {
  return blasts.flatMap(({ name, problem, outcome }) =>
    problem === undefined
      ? []
      : [
          {
            title: `a bomb goes off harmlessly (bound ${MOST_MS} ms): ${name}`,
            detail: `${problem}; ${outcome}`,
          },
        ],
  )
}

function ofBusting({ problems }: Busting): Found {
  return problems.map(detail => ({ title: 'a flood of keys stays within limits', detail }))
}

function ofCollisions({ found }: Collisions): Found {
  if (found.length === 0) return []
  return [{ title: 'different keys are different', detail: found.slice(0, 20).join('\n') }]
}

function ofFloods(floods: readonly Flood[], after: readonly string[]): Found {
  const each = floods.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`]))
  return [...each, ...after].map(detail => ({ title: 'forged messages only take values away', detail }))
}

function ofLeaks({ rows }: Leaks): Found {
  return rows.flatMap(({ name, hits }) =>
    hits.length === 0 ? [] : [{ title: `no secret is said: ${name}`, detail: hits.slice(0, 5).join('\n') }],
  )
}
