import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { judge } from '../../src/targets/judge.ts'
import { showTargets, targetsInMarkdown } from '../../src/targets/show.ts'
import { latency, measured, phase } from './fixture.ts'

const shown = (some = measured()): string =>
  stripVTControlCharacters(showTargets(judge(some), some, process.stdout))

test('each target has a line with its bound and what was measured, and a verdict follows', () => {
  expect(shown()).toMatch(/^ok +hit in memory, in the process, p99 +< 1 ms +0.200 ms/m)
  expect(shown()).toMatch(/^ok +hit rate +≥ 80 % +85 %/m)
  expect(shown()).toContain('All 11 targets hold.')
})

test('what is missed, and what was not measured, stands out', () => {
  const text = shown(measured({ memoryHits: [latency(3)], phases: [phase('all is well')] }))
  expect(text).toMatch(/^MISSED +hit in memory/m)
  expect(text).toMatch(/^MISSED .*Redis hangs +< 100 ms +not measured/m)
  expect(text).toContain('4 of 11 targets missed.')
})

test('a machine that held up the load is told, since its delays are in all times', () => {
  expect(shown()).not.toContain('busy')
  expect(shown(measured({ phases: [phase('all is well', { lateMs: 80 })] }))).toContain('up to 80 ms late')
})

test('for a document the same is a table that says where it was measured', () => {
  const text = targetsInMarkdown(judge(measured()), measured(), 'Measured here.')
  expect(text).toContain('Measured here.')
  expect(text).toMatch(/^\| ok +\| hit rate +\| +≥ 80 % \| +85 % \|/m)
})
