import { expect, test } from 'vitest'
import { goalsOf, lossesOf } from '../../src/report/judge.ts'
import { around, comparison, everything, exactly, results, row } from './fixture.ts'

const more = { name: 'throughput', unit: 'ops/s', better: 'more' } as const

test('a goal is judged by the median, in the direction that is better, and the gate stands behind it', () => {
  const goal = (median: number, metric = more): string | undefined => {
    const target = { of: 'ratio', goal: 1, gate: 0.5 } as const
    return goalsOf(
      results([comparison([row('ours', 'a', 9, { ratio: around(median), target })], { metric })]),
    )[0]?.state
  }
  expect(goal(1)).toBe('reached')
  expect(goal(0.99)).toBe('short')
  expect(goal(0.49)).toBe('failed')
})

test('a goal of the value is judged by the value, exactly', () => {
  const target = { of: 'value', goal: 1 } as const
  const states = goalsOf(
    results([
      comparison([row('ours', 'a', 0, { value: exactly(1), target }), row('ours', 'b', 2, { target })]),
    ]),
  ).map(({ state }) => state)
  expect(states).toEqual(['reached', 'short'])
})

test('a peer that beats all lines of ours comes before one that beats more by more, but only some', () => {
  const all = comparison([row('ours', 'a', 10), row('peer', 'p', 9)])
  const some = comparison([row('ours', 'a', 1), row('ours', 'slow', 100), row('peer', 'q', 2)], {
    id: 'other',
  })
  const losses = lossesOf(results([some, all]))
  expect(losses.map(({ peer, ours, beaten, of }) => [peer.contender, ours.contender, beaten, of])).toEqual([
    ['p', 'a', 1, 1],
    ['q', 'slow', 1, 2],
  ])
  expect(losses[1]?.times).toBe(50)
})

test('who is as good is not better, and who failed is nothing', () => {
  const rows = [
    row('ours', 'a', 10),
    row('peer', 'p', 10),
    { kind: 'peer', contender: 'q', failed: 'x' } as const,
  ]
  expect(lossesOf(results([comparison(rows)]))).toEqual([])
})

test('where more is better, the peer with more is better', () => {
  const rows = [row('ours', 'a', 10), row('peer', 'more', 20), row('peer', 'less', 5)]
  const [loss, ...rest] = lossesOf(results([comparison(rows, { metric: more })]))
  expect(rest).toEqual([])
  expect(loss).toMatchObject({ peer: { contender: 'more' }, times: 2, isClose: false })
})

test('an order that could be chance says so', () => {
  const [loss] = lossesOf(results([comparison([row('ours', 'a', 10), row('peer', 'p', 9)])]))
  expect(loss?.isClose).toBe(true)
})

test('where there are ratios, they decide: they were taken inside a round', () => {
  const rows = [
    row('ours', 'a', 20, { ratio: around(1) }),
    row('peer', 'p', 10, { ratio: around(1.5) }),
    row('peer', 'q', 30, { ratio: around(0.5) }),
  ]
  expect(lossesOf(results([comparison(rows)])).map(({ peer, times }) => [peer.contender, times])).toEqual([
    ['q', 2],
  ])
})

test('only what was asked the same is compared', () => {
  const at = (kind: 'ours' | 'peer', name: string, median: number, place: number) =>
    row(kind, name, median, { at: place })
  const rows = [
    at('ours', 'a', 10, 1),
    at('ours', 'a', 100, 2),
    at('peer', 'p', 50, 1),
    at('peer', 'p', 50, 2),
  ]
  expect(lossesOf(results([comparison(rows)])).map(({ peer }) => peer.at)).toEqual([2])
})

test('everything is found in a run of several suites', () => {
  expect(goalsOf(everything()).map(({ state }) => state)).toEqual(['short', 'short', 'reached', 'reached'])
  expect(lossesOf(everything()).map(({ peer }) => peer.contender)).toEqual([
    'layered-loader, sync',
    'BentoCache',
  ])
})
