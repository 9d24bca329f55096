import { expect, test } from 'vitest'
import { Gate } from '../../../src/predict/gate.ts'
import { Window } from '../../../src/predict/window.ts'

/** Judges so many predictions, of which the first ones are right; gives how often the gate moved. */
function judge(gate: Gate, count: number, right: number): number {
  let changes = 0
  for (let i = 0; i < count; i++)
    if (gate.judge(i < right)) {
      changes++
      gate.restart()
    }
  return changes
}

test('opens on a hundred outcomes that are well over the goal, not on fewer', () => {
  const gate = new Gate(2, 1, 0.9)
  expect(judge(gate, 99, 99)).toBe(0)
  expect(gate.view()).toStrictEqual({ confidence: 2, depth: 1, open: false, precision: 1 })
  expect(judge(gate, 1, 1)).toBe(1)
  expect(gate.view()).toStrictEqual({ confidence: 2, depth: 1, open: true, precision: undefined })
})

test('does not go to and fro around the goal', () => {
  const shut = new Gate(2, 1, 0.9)
  // 91 of a hundred are enough to stay open, not to open.
  expect(judge(shut, 9, 0) + judge(shut, 91, 91)).toBe(0)
  const open = new Gate(2, 1, 0.9)
  judge(open, 100, 100)
  for (let i = 0; i < 50; i++) expect(judge(open, 91, 91) + judge(open, 9, 0)).toBe(0)
  expect([shut.open, open.open]).toStrictEqual([false, true])
})

test('closes as soon as a hundred cannot reach the goal any more, and judges by what comes after', () => {
  const gate = new Gate(2, 1, 0.9)
  judge(gate, 100, 100)
  expect(judge(gate, 10, 0)).toBe(0)
  expect(judge(gate, 1, 0)).toBe(1)
  expect(gate.open).toBe(false)
})

test('one that promised more than it kept needs twice the evidence the next time, until it has kept it', () => {
  const gate = new Gate(2, 1, 0.9)
  for (const needed of [100, 200, 400]) {
    expect(judge(gate, needed - 1, needed)).toBe(0)
    expect(judge(gate, 1, 1)).toBe(1)
    expect(judge(gate, 11, 0)).toBe(1)
  }
  judge(gate, 800, 800)
  judge(gate, 300, 300)
  expect(judge(gate, 31, 0)).toBe(1)
  expect(judge(gate, 100, 100)).toBe(1)
})

test('a window tells the share of the last ones only', () => {
  const window = new Window(4)
  expect([window.share, window.judged]).toStrictEqual([undefined, 0])
  window.add(true)
  window.add(false)
  expect([window.share, window.judged]).toStrictEqual([0.5, 2])
  for (const good of [false, false, false, true]) window.add(good)
  expect([window.share, window.judged]).toStrictEqual([0.25, 6])
  window.clear()
  expect([window.share, window.judged]).toStrictEqual([undefined, 0])
  window.add(true)
  expect(window.share).toBe(1)
})
