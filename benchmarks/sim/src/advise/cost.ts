import type { Trace } from '../trace.ts'
import { type Live, replayLive, type Setting } from './live.ts'

/** What a read takes more where an advisor looks on, and what it says. */
export interface Advised extends Pick<Live, 'advice'> {
  readonly nsWithout: number
  readonly nsWith: number
}

/** Replays in turns with and without an advisor. Of each batch of reads the fastest round counts: what disturbs the machine spoils the others. */
export function costOfAdvice(
  trace: Trace,
  ids: readonly string[],
  setting: Setting,
  rounds: number,
): Advised {
  const fastest: [bare: Float64Array, advised: Float64Array] = [new Float64Array(), new Float64Array()]
  let advice: Live['advice']
  for (let round = 0; round < rounds; round++) {
    for (const at of [0, 1] as const) {
      const live = replayLive(trace, ids, setting, at === 1)
      const before = fastest[at]
      fastest[at] = live.ns.map((ns, batch) => Math.min(ns, before[batch] ?? Infinity))
      advice = live.advice
    }
  }
  const [nsWithout, nsWith] = fastest.map(batches => sum(batches) / trace.keys.length)
  return { advice, nsWithout: nsWithout ?? 0, nsWith: nsWith ?? 0 }
}

function sum(values: Float64Array): number {
  return values.reduce((all, value) => all + value, 0)
}
