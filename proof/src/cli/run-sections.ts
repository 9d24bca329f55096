import { mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { nothing, type SectionReport } from '../report/data.ts'
import type { Failure, Outcome, Section } from '../section.ts'
import type { Options } from './options.ts'
import type { Progress } from './progress.ts'

/** What a run of sections needs. */
export interface Run {
  readonly sections: readonly Section[]
  readonly options: Pick<Options, 'seed' | 'seeds' | 'quick'>
  /** Each section gets a folder in it, made anew. */
  readonly folder: string
  readonly progress: Progress
  /** Ends the run at once: sections that have not ended are reported as interrupted. */
  readonly signal: AbortSignal
}

/** Runs sections one after the other, since they are timed. A section that throws has failed; the others run all the same. */
export async function runSections(run: Run): Promise<SectionReport[]> {
  const reports: SectionReport[] = []
  for (const [at, section] of run.sections.entries()) {
    if (run.signal.aborted) break
    run.progress.begin(section.name, at + 1, run.sections.length)
    const report = await runSection(section, run)
    if (report.state === 'interrupted') run.progress.clear()
    else run.progress.end(report.state === 'passed', report.outcome.summary)
    reports.push(report)
  }
  return reports
}

async function runSection(section: Section, run: Run): Promise<SectionReport> {
  const { name, title, explains } = section
  const repeat = repeatOf(name, run.options)
  const folder = join(run.folder, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const begunAt = performance.now()
  const ended = (state: SectionReport['state'], outcome: Outcome): SectionReport => {
    return { name, title, explains, state, seconds: (performance.now() - begunAt) / 1000, outcome }
  }
  const stray = watchRejections(repeat)
  try {
    const onProgress = (share: number, what: string): void => run.progress.at(share, what)
    const outcome = await Promise.race([
      section.run({ ...run.options, folder, onProgress }),
      aborted(run.signal),
    ])
    if (outcome === undefined) return ended('interrupted', { ...nothing, summary: 'stopped before its end' })
    const failures = [...outcome.failures.map(failure => placed(failure, folder, run.folder)), ...stray.seen]
    return ended(failures.length === 0 ? 'passed' : 'failed', { ...outcome, failures })
  } catch (error) {
    const failure: Failure = { title: 'The section runs to its end', detail: detailOf(error), repeat }
    const summary = `ended with an error: ${error instanceof Error ? error.message : String(error)}`
    return ended('failed', { ...nothing, summary, failures: [failure, ...stray.seen] })
  } finally {
    stray.stop()
    removeIfEmpty(folder)
  }
}

/** A failure whose file is named as seen from the report. */
function placed(failure: Failure, folder: string, root: string): Failure {
  if (failure.view === undefined) return failure
  return { ...failure, view: relative(root, resolve(folder, failure.view)) }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It has files, and stays.
  }
}

/** The command that runs a section again as it was run. */
export function repeatOf(name: string, { seed, seeds, quick }: Run['options']): string {
  return `pnpm prove ${name} --seed ${seed}${seeds === undefined ? '' : ` --seeds ${seeds}`}${quick ? ' --quick' : ''}`
}

/** A rejection that nobody handles is a broken promise of its own: in a service it ends the process. */
function watchRejections(repeat: string): { readonly seen: Failure[]; stop: () => void } {
  const seen: Failure[] = []
  const note = (error: unknown): void => {
    if (seen.length < 10) seen.push({ title: 'No rejection goes unhandled', detail: detailOf(error), repeat })
  }
  process.on('unhandledRejection', note)
  return { seen, stop: () => void process.off('unhandledRejection', note) }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise(done => {
    if (signal.aborted) done(undefined)
    else signal.addEventListener('abort', () => done(undefined), { once: true })
  })
}

function detailOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
