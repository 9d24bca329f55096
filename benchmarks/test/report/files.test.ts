import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { report } from '../../src/report/command.ts'
import { markdownOf } from '../../src/report/markdown.ts'
import { comparison, everything, exactly, results, row } from './fixture.ts'

let folder = ''
let said: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiercache-report-'))
  said = []
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation(text => said.push(String(text)) > 0)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

function kept(value: unknown): string {
  const path = join(folder, 'run.json')
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  return path
}

test('a page is drawn from what a run kept', () => {
  const out = join(folder, 'deep', 'page.html')
  expect(report([kept(everything()), '--out', out])).toBe(0)
  expect(readFileSync(out, 'utf8')).toContain('<!doctype html>')
  expect(said.join('')).toBe(`${out}\n`)
})

test('the figures of a document are replaced, what stands around them is left', () => {
  const out = join(folder, 'doc.md')
  const mark = '<!-- pnpm bench report --markdown -->'
  writeFileSync(out, `before\n\n${mark}\n\nold\n\n<!-- end of report -->\n\nafter\n`)
  expect(report([kept(everything()), '--markdown', '--out', out])).toBe(0)
  const once = readFileSync(out, 'utf8')
  expect(once).toMatch(/^before\n[^]*\nafter\n$/)
  expect(once).not.toContain('old')
  expect(once).toMatch(
    /\| L1 hit, synchronous +\| getSync +\| ratio to lru-cache get, ttl +\| +≤ 1 \| +1\.1 \(0.99–1.21\) +\| short/,
  )
  expect(once).toMatch(/\| layered-loader, sync +\|/)
  report([kept(everything()), '--markdown', '--out', out])
  expect(readFileSync(out, 'utf8')).toBe(once)
})

test.for([
  ['{}', 'format undefined'],
  ['{"format":1}', 'measure again'],
  ['no json', 'not a result of a run'],
])('%s is no run, and it is said what to do', ([text, why]) => {
  expect(report([kept(text ?? ''), '--out', join(folder, 'x.html')])).toBe(1)
  expect(said.join('')).toContain(why)
})

test('counts that are met exactly take one sentence, not a line each', () => {
  const value = exactly(1)
  const target = { of: 'value', goal: 1 } as const
  const trips = comparison([
    row('ours', 'tiercache', 1, { value, target }),
    row('ours', 'other', 1, { value, target }),
  ])
  const text = markdownOf(results([trips]))
  expect(text).toContain('2 goals are met exactly')
  expect(text).not.toContain('| ')
  expect(markdownOf(results([]))).toContain('no figure with a goal')
})

test('a document without a place for figures is left alone', () => {
  const out = join(folder, 'doc.md')
  writeFileSync(out, 'nothing here')
  expect(report([kept(everything()), '--markdown', '--out', out])).toBe(1)
  expect(readFileSync(out, 'utf8')).toBe('nothing here')
})

test('a command line that is wrong ends with 2', () => {
  expect(report(['a.json', 'b.json'])).toBe(2)
  expect(report(['--nope'])).toBe(2)
  expect(report(['--help'])).toBe(0)
})
