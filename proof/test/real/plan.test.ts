import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { emptyHistory } from '../../src/history/history.ts'
import { randomOf } from '../../src/random.ts'
import { controlPlan, convict } from '../../src/real/control.ts'
import { Database } from '../../src/real/database.ts'
import { deal, FAULTS, faultsOn } from '../../src/real/faults/deck.ts'
import { GROUPS, HOT_KEYS, lifeOf, pick, tagOf } from '../../src/real/keys.ts'
import { contender as naive } from '../../src/real/naive.ts'
import { type TopologyName, userCommand } from '../../src/real/topology.ts'
import type { Evidence } from '../../src/real/run.ts'
import { check } from '../../src/history/check.ts'
import { BOUNDS, Story } from '../history/story.ts'

const TOPOLOGIES: readonly TopologyName[] = ['standalone', 'sentinel', 'cluster', 'tls', 'acl']

describe('the faults', () => {
  test('have names of their own, and each can happen somewhere', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length)
    for (const fault of FAULTS) expect(TOPOLOGIES.some(name => faultsOn(name).includes(fault))).toBe(true)
  })

  test('come in an order that the seed decides, each once before any comes again', () => {
    const take = (seed: number, count: number): string[] => {
      const deck = deal('standalone', randomOf(seed))
      return Array.from({ length: count }, () => deck.next().value.name)
    }
    const { length } = faultsOn('standalone')
    expect(take(1, 30)).toEqual(take(1, 30))
    expect(take(1, 30)).not.toEqual(take(2, 30))
    expect(new Set(take(3, length)).size).toBe(length)
    expect(new Set(take(3, 2 * length).slice(length)).size).toBe(length)
  })

  test('what a topology is there for comes first, and every few', () => {
    const deck = deal('sentinel', randomOf(1))
    const names = Array.from({ length: 9 }, () => deck.next().value.name)
    expect([names[0], names[4], names[8]]).toEqual([
      'failover that loses the last writes',
      'planned failover',
      'failover that loses the last writes',
    ])
  })
})

test('the user with few permissions has those that the documentation lists, and no others', async () => {
  const readme = await readFile(new URL('../../../packages/core/README.md', import.meta.url), 'utf8')
  const documented = /ACL SETUSER app on >password (.*?)\n```/s.exec(readme)?.[1]?.split(/\s+/)
  const [, , , , , ...given] = userCommand('app', 'shop')
  expect(given).toEqual(documented)
})

describe('the keys', () => {
  test('are in groups with lives and tags of their own', () => {
    expect(HOT_KEYS).toHaveLength(30)
    expect(new Set(HOT_KEYS.map(tagOf)).size).toBe(3 + 2 + 1 + 6)
    expect(lifeOf('swr:1')).toMatchObject({ tags: ['swr-tag-1'], graceMs: GROUPS.swr.graceMs })
    expect(lifeOf('hot:4')).toMatchObject({ tags: ['hot-tag-1'], graceMs: 0 })
  })

  test('of the long tail are the rarer the longer it gets', () => {
    const random = randomOf(1)
    const at = Array.from({ length: 4000 }, () => Number(pick('tail', random).slice(5)))
    const share = (below: number): number => at.filter(one => one < below).length / at.length
    expect(Math.min(...at)).toBe(0)
    expect(Math.max(...at)).toBeLessThan(GROUPS.tail.size)
    expect(share(100)).toBeGreaterThan(0.45)
    expect(share(100)).toBeLessThan(0.55)
  })
})

describe('the database', () => {
  test('answers with the row as it was when it was asked, and notes the load', async () => {
    const history = emptyHistory()
    const database = new Database(history, () => 0.5)
    const loading = database.load('k', 3, 1)
    database.update('k')
    expect(await loading).toEqual({ key: 'k', version: 0 })
    expect(database.version('k')).toBe(1)
    expect(history.loads).toMatchObject([{ instance: 3, life: 1, key: 'k', failed: false }])
    expect(history.loads[0]?.t1).toBeGreaterThan(history.loads[0]?.t0 ?? Infinity)
  })

  test('throws, rejects with nothing, or hangs until it is well again', async () => {
    const history = emptyHistory()
    const database = new Database(history, () => 0.2)
    database.mood = 'throws'
    await expect(database.load('k', 0, 0)).rejects.toThrow('k cannot be read')
    database.mood = 'rejects with nothing'
    await expect(database.load('k', 0, 0)).rejects.toBeUndefined()
    expect(history.loads.every(({ failed }) => failed)).toBe(true)
    database.mood = 'hangs'
    const hanging = database.load('k', 0, 0)
    expect(await Promise.race([hanging, new Promise(resolve => setTimeout(resolve, 60, 'hangs'))])).toBe(
      'hangs',
    )
    database.recover()
    expect(await hanging).toEqual({ key: 'k', version: 0 })
  })
})

describe('the negative control', () => {
  const context = { seed: 9, quick: true, seeds: undefined, folder: '', onProgress: () => {} }
  const evidence = (story: Story): Evidence => ({
    plan: controlPlan(naive, context),
    history: story.history,
    violations: check(story.history, BOUNDS),
    damage: { recoveries: [], failed: [] },
    heard: [],
    crashes: [],
    counts: [],
    errors: new Map(),
    undone: 0,
    lagMs: 0,
    calmUntil: 0,
  })

  test('fails as long as nothing, or not everything, is found', () => {
    expect(convict(evidence(new Story()), context).failures).toHaveLength(2)
    const story = new Story()
    story.write(1, 90)
    story.read(0, 5000, { instance: 1 })
    expect(convict(evidence(story), context).failures.map(({ title }) => title)).toEqual([
      'The checker finds "read-your-writes" broken in a naive cache',
    ])
  })

  test('passes when it is found guilty, and its violations are not added up with those of others', () => {
    const story = new Story()
    story.write(1, 90)
    story.read(0, 5000, { instance: 1 })
    story.read(0, 5000)
    const outcome = convict(evidence(story), context)
    expect(outcome.failures).toEqual([])
    expect(outcome.summary).toContain('convicted')
    expect(outcome.counts).toBeUndefined()
  })

  test('fails when answers are mixed up, which no cache does', () => {
    const story = new Story()
    story.write(1, 90)
    story.read(0, 5000, { instance: 1 })
    story.read(0, 5000)
    story.read(0, 6000, { valueKey: 'other', instance: 2 })
    expect(convict(evidence(story), context).failures.map(({ title }) => title)).toEqual([
      'Even a naive cache has no values of other keys: the run itself mixes up answers',
    ])
  })
})
