import { expect, test } from 'vitest'
import { promisesOf, tilesOf, verdictOf } from '../../src/report/verdict.ts'
import { report, section, tally } from './fixture.ts'

const failure = { title: 'I1', detail: 'line', repeat: 'pnpm prove history --seed 2' }
const counts = { histories: [tally('standalone'), tally('simulator', { seeds: 9, reads: 234_567 })] }

test('a run that found nothing says how much it looked at', () => {
  expect(verdictOf(report([section('history', { counts })]))).toBe(
    'Every promise was kept: 0 violations in 235,567 reads of 10 histories.',
  )
})

test('a run of some sections does not claim to be the whole proof', () => {
  const part = report([section('history')], { left: ['simulate', 'bounded'] })
  expect(verdictOf(part)).toBe('Kept as far as it was tried. Not run: simulate, bounded.')
})

test('a failure is named first, even in a run that was stopped', () => {
  const broken = report([section('history', { failures: [failure, failure] })], { interrupted: true })
  expect(verdictOf(broken)).toBe('Not kept: 2 failures in history.')
})

test('a run that was stopped does not say that all was kept', () => {
  expect(verdictOf(report([section('history')], { interrupted: true }))).toMatch(/^Stopped before the end/)
})

test('the tiles add up over sections, and judge', () => {
  const bad = tally('Cluster', { violations: { bound: 2, stale: 1 } })
  const tiles = tilesOf(
    report([
      section('history', {
        counts: { histories: [tally('standalone'), bad], ablations: { caught: 3, of: 4 } },
      }),
      section('bounded', { counts: { recovery: { slowestMs: 900.2, boundMs: 3000, fault: 'hung' } } }),
      section('real', { counts: { recovery: { slowestMs: 3100, boundMs: 3000, fault: 'full' } } }),
    ]),
  )
  const byLabel = new Map(tiles.map(tile => [tile.label, tile]))
  expect(byLabel.get('Violations')).toMatchObject({ value: 3, state: 'bad' })
  expect(byLabel.get('Reads checked')).toMatchObject({ value: 2000 })
  expect(byLabel.get('Ablations caught')).toMatchObject({ value: '3 of 4', state: 'bad' })
  expect(byLabel.get('Slowest recovery (full)')).toMatchObject({ value: 3100, state: 'bad' })
  expect(byLabel.get('Worst staleness')).toMatchObject({ value: '–', state: 'none' })
})

test('a promise is counted by topology, and only where it was checked', () => {
  const [bound] = promisesOf(
    report([
      section('history', {
        counts: { histories: [tally('standalone', { violations: { bound: 2 } }), tally('standalone')] },
      }),
      section('cluster', { counts: { histories: [tally('Cluster')] } }),
    ]),
  )
  expect(bound?.id).toBe('I1')
  expect([...(bound?.violations ?? [])]).toEqual([
    ['standalone', 2],
    ['Cluster', 0],
  ])
})
