import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Results } from '../results.ts'
import { renderReport } from './page.ts'

/** Reads what a run kept. Throws an `Error` that says what to do where that is no such file, or one of another time. */
export function readResults(path: string): Results {
  let kept: unknown
  try {
    kept = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(
      `${path} is not a result of a run: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    )
  }
  const format = typeof kept === 'object' && kept !== null && 'format' in kept ? kept.format : undefined
  if (format !== 2)
    throw new Error(
      `${path} has format ${String(format)}, and 2 is understood here: measure again, with pnpm bench`,
    )
  return kept as Results
}

/** Writes the page of a run. */
export function saveReport(results: Results, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, renderReport(results))
}
