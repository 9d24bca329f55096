import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, inject, test } from 'vitest'
import type {} from '@tiercache/redis-server/global-setup'
import { now } from '../src/now.ts'
import type { Contenders, Run } from '../src/run/contender.ts'
import { contenders as breaker } from '../src/suites/breaker/contenders.ts'
import { contenders as bulk } from '../src/suites/bulk/contenders.ts'
import { contenders as codec } from '../src/suites/codec/contenders.ts'
import { contenders as http } from '../src/suites/http/contenders.ts'
import { contenders as invalidation, type Fired, type Gone } from '../src/suites/invalidation/contenders.ts'
import { contenders as l1 } from '../src/suites/l1/contenders.ts'
import { contenders as l2 } from '../src/suites/l2/contenders.ts'
import { contenders as memory } from '../src/suites/memory/contenders.ts'
import { contenders as mixed } from '../src/suites/mixed/contenders.ts'
import { contenders as scaleHits } from '../src/suites/scale/contenders.ts'
import { contenders as scaleInstances } from '../src/suites/scale/instances.ts'
import { contenders as scaleValues } from '../src/suites/scale/values.ts'
import { contenders as stampede } from '../src/suites/stampede/contenders.ts'

// Each looks into what it measures and throws when it is not there: so a task done is a cache that served.

setFlagsFromString('--expose-gc')
globalThis.gc = runInNewContext('gc') as typeof globalThis.gc

type Do = Run<unknown, unknown>
/** A suite's contenders, and one small task of each kind. */
type Case = [suite: string, contenders: Contenders, use: (run: Do, name: string) => Promise<unknown>]

const sliceMs = 5

const cases: Case[] = [
  ['l1', l1, async run => run({ sliceMs: 1 })],
  ['l2', l2, async run => run({ bytes: 1024, concurrency: 4, sliceMs })],
  ['bulk, memory', bulk, async run => run({ what: 'memory', keys: 10, sliceMs })],
  ['bulk, redis', bulk, async run => run({ what: 'redis', keys: 10, sliceMs })],
  ['bulk, set', bulk, async run => run({ what: 'set', keys: 10, sliceMs })],
  ['codec', codec, async run => run({ bytes: 1024, sliceMs })],
  ['breaker, call', breaker, async run => run({ what: 'call', sliceMs })],
  ['breaker, get', breaker, async run => run({ what: 'get', concurrency: 4, sliceMs })],
  ['memory', memory, async run => run({ entries: 1000 })],
  ['http', http, async run => run({ bytes: 10_240, connections: 2, sliceMs: 60 })],
  ['scale, hits', scaleHits, async run => run({ keys: 1000, tags: 2, sliceMs: 1 })],
  ['scale, values', scaleValues, async run => run({ what: 'read', bytes: 1024, sliceMs })],
  [
    'stampede',
    stampede,
    async (run, name) => {
      const task = { key: `${name}:${now()}`, at: now(), readers: 5, loadMs: 1, patienceMs: 4000 }
      const figures = await run(task)
      expect(figures).toMatchObject({ wrong: 0, unanswered: 0 })
      return figures
    },
  ],
  ['invalidation', invalidation, armed],
  ['scale, instances', scaleInstances, held],
  [
    'mixed',
    mixed,
    async run => {
      for (const seat of [0, 1]) await run({ step: 'fill', seat, keys: 500 })
      const load = await run({ step: 'load', seat: 0, keys: 500, at: now(), sliceMs: 20, seed: 1 })
      return load
    },
  ],
]

describe.each(cases)('%s', (_, contenders, use) => {
  // Other caches are tried in subjects.int.test.ts, and a run says of each whether it failed.
  test.each(Object.entries(contenders).filter(([, { kind }]) => kind !== 'peer'))(
    '%s does its task',
    async (name, { prepare }) => {
      const run = (await prepare({ redisUrl: inject('redisUrl') })) as Do
      const answer = await use(run, name)
      if (typeof answer !== 'object' || answer === null) return
      for (const figure of Object.values(answer)) if (typeof figure === 'number') expect(figure).not.toBeNaN()
    },
    60_000,
  )
})

async function armed(run: Do, name: string): Promise<unknown> {
  const key = `shot:${now()}`
  await run({ step: 'arm', key })
  // Its own deletes reach its own memory, too.
  const { calledAt, wroteAt, resolvedAt } = (await run({ step: 'fire', key })) as Fired
  const { heardAt, goneAt } = (await run({ step: 'gone', key })) as Gone
  expect([calledAt < wroteAt, wroteAt < resolvedAt, calledAt < goneAt], name).toEqual([true, true, true])
  // A cache's own memory needs no news of its own deletes.
  expect(heardAt, name).toBeLessThanOrEqual(goneAt)
  return undefined
}

async function held(run: Do): Promise<unknown> {
  const task = { instances: 2, key: `shot:${now()}` }
  await run({ ...task, step: 'hold' })
  await run({ ...task, step: 'fire' })
  expect(await run({ ...task, step: 'gone' })).toBeGreaterThan(0)
  return undefined
}
