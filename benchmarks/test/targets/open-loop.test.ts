import { expect, test, vi } from 'vitest'
import { openLoop } from '../../src/targets/open-loop.ts'

test('a service that does not answer gets its requests all the same, when they are due', async () => {
  const answers: (() => void)[] = []
  const load = openLoop(2000, () => new Promise(resolve => answers.push(resolve)))
  await vi.waitUntil(() => answers.length >= 40)
  const stopped = load.stop()
  const settled = vi.fn()
  void stopped.then(settled)
  expect(settled).not.toHaveBeenCalled()
  for (const answer of answers) answer()
  await stopped
  expect(load.late.count).toBe(answers.length)
})

test('it does not heap up requests without end', async () => {
  const answers: (() => void)[] = []
  const load = openLoop(1_000_000, () => new Promise(resolve => answers.push(resolve)))
  await vi.waitUntil(() => answers.length >= 2000)
  await new Promise(resolve => setTimeout(resolve, 10))
  expect(answers).toHaveLength(2000)
  const stopped = load.stop()
  for (const answer of answers) answer()
  await stopped
})
