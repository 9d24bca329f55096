import { expect, test } from 'vitest'
import { helpText, readOptions } from '../src/options.ts'

const read = (...args: string[]) => readOptions(args, {})

test('everything has a default', () => {
  expect(read()).toMatchObject({
    seconds: 15,
    instances: 3,
    writes: 0.05,
    maxStaleness: 2000,
    chaos: false,
    json: false,
  })
})

test('values are read in both spellings', () => {
  expect(read('--seconds', '4', '--db-ms=2.5', '--json')).toMatchObject({ seconds: 4, dbMs: 2.5, json: true })
})

test.each([
  [['--seconds', 'ten'], '--seconds is "ten"; give it a number from 2 to 3600, or leave it out for 15'],
  [['--seconds=-3'], '--seconds is "-3"; give it a number from 2 to 3600, or leave it out for 15'],
  [
    ['--instances', '2.5'],
    '--instances is "2.5"; give it a whole number from 1 to 16, or leave it out for 3',
  ],
  [['--rate'], '--rate has no value; give it a whole number from 1 to 20000, or leave it out for 800'],
  [['--chaos=yes'], '--chaos is "yes"; it takes no value, give --chaos alone'],
  [['--sedonds', '4'], '--sedonds: no such option; --help lists them'],
  [['fast'], '"fast": takes options only; --help lists them'],
  [['--chaos', '--seconds', '4'], '--seconds is "4"; --chaos needs 8 or more'],
  [['--chaos', '--instances', '1'], '--instances is "1"; --chaos kills one of them and needs 2 or more'],
])('%j is refused in one line that says what to do', (args, message) => {
  expect(() => read(...args)).toThrow(message)
})

test('chaos never kills a server that the demo did not start', () => {
  expect(() => readOptions(['--chaos'], { REDIS_URL: 'redis://127.0.0.1:6379' })).toThrow(
    'not ours to kill; unset REDIS_URL',
  )
})

test('help names every option', () => {
  const text = helpText()
  for (const name of [
    'seconds',
    'instances',
    'rate',
    'concurrency',
    'writes',
    'zipf',
    'db-ms',
    'max-staleness',
    'port',
    'seed',
    'chaos',
    'incoherent',
    'json',
  ])
    expect(text).toContain(`--${name}`)
})
