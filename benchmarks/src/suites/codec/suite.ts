import type { Comparison, SuiteResult } from '../../results.ts'
import { compare, failuresOf, type Shown } from '../../run/compare.ts'
import type { Contenders } from '../../run/contender.ts'
import { contest, type Outcomes } from '../../run/contest.ts'
import { effortOf, type Suite, type SuiteOptions } from '../suite.ts'
import { ANCHOR, codecs, compressions, contenders, UNCOMPRESSED } from './contenders.ts'

const module = new URL('./contenders.ts', import.meta.url)

const SIZES = [200, 1024, 10_240, 102_400]
const SIZE = { name: 'size', unit: 'B', better: 'less', figure: 'size' } as const
const EFFORT = { launches: 2, rounds: 4, sliceMs: 40 }

/** Values to bytes and back. */
export const codec: Suite = {
  name: 'codec',
  about: 'values to bytes and back, and what compression costs, from 200 B to 100 KB',
  run,
}

async function run(options: SuiteOptions): Promise<SuiteResult> {
  const effort = effortOf(options, EFFORT)
  const tasks = Object.fromEntries(SIZES.map(bytes => [String(bytes), { bytes, sliceMs: effort.sliceMs }]))
  const names = Object.keys(contenders)
  const outcomes = await contest({ ...options, module, names, tasks, effort })
  const comparisons = [
    ofCodecs(outcomes, 'codec-encode', 'Values to bytes', 'encode'),
    ofCodecs(outcomes, 'codec-decode', 'Bytes to values', 'decode'),
    sizes(outcomes),
    ofCompressions(outcomes, 'compression-set', 'A set, compressed', 'encode'),
    ofCompressions(outcomes, 'compression-get', 'A get, decompressed', 'decode'),
    stored(outcomes),
  ]
  return { comparisons, failures: failuresOf(comparisons) }
}

function ofCodecs(outcomes: Outcomes, id: string, title: string, figure: string): Comparison {
  return compare(outcomes, {
    ...timeOf(codecs, figure),
    id,
    title,
    note: `Ratio: time over that of '${ANCHOR}'. Values are rows of one shape, which suits records. Our own codec also keeps what JSON and MessagePack lose.`,
    anchor: ANCHOR,
  })
}

function sizes(outcomes: Outcomes): Comparison {
  return compare(outcomes, {
    ...timeOf(codecs, 'size'),
    id: 'codec-size',
    title: 'Bytes of a value',
    anchor: ANCHOR,
    metric: SIZE,
  })
}

function ofCompressions(outcomes: Outcomes, id: string, title: string, figure: string): Comparison {
  return compare(outcomes, {
    ...timeOf(compressions, figure),
    id,
    title,
    note: `The whole way through the cache, to a Redis that is a table in this process. Ratio: time over that of '${UNCOMPRESSED}' without compression. Here all sizes are compressed; in use, set 'above' to some KB.`,
    anchor: UNCOMPRESSED,
  })
}

function stored(outcomes: Outcomes): Comparison {
  return compare(outcomes, {
    ...timeOf(compressions, 'size'),
    id: 'compression-size',
    title: 'Bytes in Redis, compressed',
    anchor: UNCOMPRESSED,
    metric: SIZE,
  })
}

function timeOf(
  shown: Contenders,
  figure: string,
): Pick<Shown, 'metric' | 'parameter' | 'contenders' | 'tasks'> {
  return {
    metric: { name: 'time', unit: 'ns', better: 'less', figure },
    parameter: { name: 'value as JSON', unit: 'B', scale: 'log' },
    contenders: shown,
    tasks: SIZES.map(at => ({ task: String(at), at })),
  }
}
