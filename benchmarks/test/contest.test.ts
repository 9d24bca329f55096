import { expect, test, vi } from 'vitest'
import { contest, reasonOf } from '../src/run/contest.ts'
import { teamContest } from '../src/run/teams.ts'

const module = new URL('./fixture.ts', import.meta.url)
const shared = { module, environment: { redisUrl: '' }, onProgress: () => {} }
// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const FOUR = { launches: 2, rounds: 2 }

test('each contender has a figure for each round that counts', async () => {
  const tasks = { a: { ns: 1 }, b: { ns: 2 } }
  const outcomes = await contest({ ...shared, names: ['echo'], tasks, effort: FOUR })
  expect(outcomes).toEqual({ a: { echo: Array(4).fill({ ns: 1 }) }, b: { echo: Array(4).fill({ ns: 2 }) } })
})

test('who cannot be prepared, fails or is gone has a reason; the others are measured', async () => {
  const names = ['unprepared', 'broken', 'gone', 'echo']
  const outcomes = await contest({ ...shared, names, tasks: { a: { ns: 1 } }, effort: FOUR })
  expect(outcomes['a']).toEqual({
    unprepared: 'Error: no preparation',
    broken: 'Error: no answer',
    gone: 'gone ended with 3',
    echo: Array(4).fill({ ns: 1 }),
  })
})

test('a team plays with all its processes, and one that fails is out', async () => {
  const outcomes = await teamContest({
    ...shared,
    names: ['echo', 'broken'],
    size: 2,
    tasks: { a: 5 },
    rounds: 3,
    play: async (racers, task) => {
      const answers = await Promise.all(racers.map(racer => racer.run<number>(task)))
      return { sum: answers.reduce((a, b) => a + b, 0) }
    },
  })
  expect(outcomes['a']).toEqual({ echo: Array(3).fill({ sum: 10 }), broken: 'Error: no answer' })
})

test('a reason is one line, without who says it', () => {
  expect(reasonOf(new Error('echo: TypeError: no\n    at x'))).toBe('TypeError: no')
  expect(reasonOf('gone ended with 3')).toBe('gone ended with 3')
})
