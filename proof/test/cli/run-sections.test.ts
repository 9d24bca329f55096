import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Progress } from '../../src/cli/progress.ts'
import { runSections } from '../../src/cli/run-sections.ts'
import type { SectionReport } from '../../src/report/data.ts'
import type { Section } from '../../src/section.ts'
import { outcome } from '../report/fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'tiercache-prove-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function section(name: string, run: Section['run']): Section {
  return { name, title: name, about: name, explains: name, run }
}

function runAll(
  sections: readonly Section[],
  signal = new AbortController().signal,
): Promise<SectionReport[]> {
  const progress = new Progress({ write: () => true })
  return runSections({
    sections,
    options: { seed: 7, seeds: undefined, quick: true },
    folder,
    progress,
    signal,
  })
}

test('a section that throws has failed, and the next one runs', async () => {
  const reports = await runAll([
    section('first', () => Promise.reject(new Error('no Redis'))),
    section('second', () => Promise.resolve(outcome())),
  ])
  expect(reports.map(({ state }) => state)).toEqual(['failed', 'passed'])
  expect(reports[0]?.outcome.failures[0]).toMatchObject({
    title: 'The section runs to its end',
    detail: expect.stringContaining('no Redis'),
    repeat: 'pnpm prove first --seed 7 --quick',
  })
})

test('a run that is stopped keeps what has ended, and begins nothing more', async () => {
  const stop = new AbortController()
  const reports = await runAll(
    [
      section('ended', () => Promise.resolve(outcome({ summary: 'well' }))),
      section('endless', () => {
        stop.abort()
        return new Promise(() => {})
      }),
      section('never', () => Promise.reject(new Error('was begun'))),
    ],
    stop.signal,
  )
  expect(reports.map(({ name, state }) => [name, state])).toEqual([
    ['ended', 'passed'],
    ['endless', 'interrupted'],
  ])
})

test('each section has a folder of its own, and its files are named as the report sees them', async () => {
  const failure = { title: 'I1', detail: '', repeat: '' }
  const [report] = await runAll([
    section('history', async context => {
      writeFileSync(join(context.folder, 'a.html'), 'lanes')
      return outcome({
        failures: [
          { ...failure, view: 'a.html' },
          { ...failure, view: join(context.folder, 'a.html') },
        ],
      })
    }),
    section('tidy', () => Promise.resolve(outcome())),
  ])
  expect(report?.outcome.failures.map(({ view }) => view)).toEqual(['history/a.html', 'history/a.html'])
  expect(existsSync(join(folder, 'history/a.html'))).toBe(true)
  expect(existsSync(join(folder, 'tidy'))).toBe(false)
})

test('what an earlier run left in a section’s folder is gone', async () => {
  const write = section('history', async context => {
    writeFileSync(join(context.folder, 'old.html'), '')
    return outcome()
  })
  await runAll([write])
  await runAll([section('history', () => Promise.resolve(outcome()))])
  expect(existsSync(join(folder, 'history'))).toBe(false)
})
