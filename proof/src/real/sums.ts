import { propagation } from './measure.ts'
import type { Evidence } from './run.ts'
import { STOOD } from './standstill.ts'

/** A run, and what its topology is called in the report. */
export interface Labelled {
  readonly run: Evidence
  readonly label: string
}

/** Over all runs. */
export function sum(runs: readonly Evidence[], of: (run: Evidence) => number): number {
  return runs.reduce((total, run) => total + of(run), 0)
}

/** Faults that were made on purpose. */
export function madeIn({ history }: Evidence): number {
  return history.faults.filter(({ name }) => name !== STOOD).length
}

/** To hundredths. */
export function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length
}

/** Times of propagation while nothing had gone wrong. */
export function calmPropagation({ history, heard, calmUntil }: Evidence): number[] {
  return propagation(history, heard, 0, calmUntil)
}

/** Times of propagation from the first fault on. */
export function faultyPropagation({ history, heard, calmUntil }: Evidence): number[] {
  return propagation(history, heard, calmUntil, Infinity)
}
