import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { withPatience } from '../../src/peers/patience.ts'
import type { Answer, Instance, Written } from '../../src/real/contender.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const found: Answer = { value: { key: 'k', version: 1 }, stale: false, tier: undefined }

/** Its reads are answered when the test says so, its deletes never. */
function hanging() {
  const answers: (() => void)[] = []
  const get = (): Promise<Answer> => new Promise(resolve => answers.push(() => resolve(found)))
  const inner = { get, delete: () => new Promise<Written>(() => {}) }
  const instance = withPatience(inner as unknown as Instance, 1000)
  /** What a read gave, and how long it took. */
  const read = async (): Promise<[what: string, ms: number]> => {
    const from = Date.now()
    const what = instance.get('k').then(
      ({ value }) => (value === undefined ? 'nothing' : 'found'),
      () => 'rejected',
    )
    await vi.advanceTimersToNextTimerAsync()
    return [await what, Date.now() - from]
  }
  return { instance, answers, read }
}

test('a call that does not settle is given up', async () => {
  const { read } = hanging()
  expect(await read()).toEqual(['rejected', 1000])
})

test('where calls hang, nothing is expected of others', async () => {
  const { instance, read } = hanging()
  for (let i = 0; i < 5; i++) expect(await read()).toEqual(['rejected', 1000])
  expect(await read()).toEqual(['nothing', 20])
  const deleting = expect(instance.delete(['k'])).rejects.toThrow('given up')
  await vi.advanceTimersByTimeAsync(20)
  await deleting
})

test('an instance that answers them, however late, is waited for again', async () => {
  const { answers, read } = hanging()
  for (let i = 0; i < 6; i++) await read()
  for (const answer of answers) answer()
  await vi.advanceTimersByTimeAsync(0)
  expect(await read()).toEqual(['rejected', 1000])
})

test('what is answered in time is handed on', async () => {
  const { instance, answers } = hanging()
  const read = instance.get('k')
  answers[0]?.()
  expect(await read).toBe(found)
})
