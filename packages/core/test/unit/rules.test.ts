import { expect, test } from 'vitest'
import { type RuleTargets, Rules } from '../../src/rules.ts'
import { errorOf } from './support.ts'

test('all rules of an event hold, each until it is taken off', () => {
  const rules = new Rules()
  const stop = rules.add('job.saved', payload => ({ keys: [['job', payload as number]] }))
  rules.add('job.saved', payload => ({ tags: [`job:${payload as number}`], keys: ['jobs'] }))
  rules.add('user.saved', () => ({ tags: ['users'] }))
  expect(rules.targets('job.saved', 7)).toStrictEqual({ keys: [['job', 7], 'jobs'], tags: ['job:7'] })
  stop()
  expect(rules.targets('job.saved', 7)).toStrictEqual({ keys: ['jobs'], tags: ['job:7'] })
})

test('an event without rules is refused, with those that have some', () => {
  const rules = new Rules()
  expect(errorOf(() => rules.targets('job.saved', 1)).message).toContain('none yet')
  const stop = rules.add('job.saved', () => ({}))
  const error = errorOf(() => rules.targets('jobs.saved', 1))
  expect(error).toMatchObject({ code: 'E_OPTION', path: 'event', value: 'jobs.saved' })
  expect(error.message).toContain('job.saved')
  stop()
  expect(errorOf(() => rules.targets('job.saved', 1)).code).toBe('E_OPTION')
})

test('an event needs a name and a rule is a function', () => {
  const rules = new Rules()
  for (const [event, rule] of [
    ['', () => ({})],
    [undefined, () => ({})],
    ['e', {}],
    ['e', undefined],
  ] as [string, () => RuleTargets][]) {
    expect(errorOf(() => rules.add(event, rule))).toMatchObject({ code: 'E_OPTION', path: 'rule' })
  }
})

test('what a rule throws reaches whoever announced the event', () => {
  const rules = new Rules()
  rules.add('e', () => {
    throw new TypeError('mine')
  })
  expect(() => rules.targets('e', 1)).toThrow(new TypeError('mine'))
})
