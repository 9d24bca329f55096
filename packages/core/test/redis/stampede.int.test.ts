import { describe, expect, inject, test } from 'vitest'
import { open, space } from './support/caches.ts'
import { Child } from './support/child.ts'
import { pass, until } from './support/until.ts'

const LEASE_MS = 3000

async function processes(count: number, namespace: string): Promise<Child[] & AsyncDisposable> {
  const options = { namespace, redis: inject('redisUrl') }
  const children = await Promise.all(Array.from({ length: count }, () => Child.start(options)))
  return Object.assign(children, {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(children.map(child => child.kill()))
    },
  })
}

describe('a stampede', () => {
  test('of 1000 cold reads in each of 4 processes loads exactly once', async () => {
    await using children = await processes(4, space())
    let loads = 0
    for (const child of children) child.onLoad = () => `load ${++loads}`
    const answers = await Promise.all(children.map(child => child.call('storm', 'k', 1000, 50)))
    expect(answers).toEqual(Array.from({ length: 4 }, () => ['load 1']))
    expect(loads).toBe(1)
  })

  test('after an invalidation loads exactly once more', async () => {
    const namespace = space()
    await using cache = await open({ namespace, redis: inject('redisUrl') })
    await using children = await processes(3, namespace)
    let loads = 0
    for (const child of children) child.onLoad = () => `load ${++loads}`
    await Promise.all(children.map(child => child.call('storm', 'k', 100, 20)))
    await cache.deleteByPrefix('k')
    await until('all obey', async () => {
      const found = await Promise.all(children.map(child => child.call('getSync', 'k')))
      return found.every(value => value === undefined)
    })
    const answers = await Promise.all(children.map(child => child.call('storm', 'k', 1000, 50)))
    expect(answers).toEqual(Array.from({ length: 3 }, () => ['load 2']))
    expect(loads).toBe(2)
  })

  test.concurrent('whose loader is killed in mid-load: another loads within the time of a lease, exactly two loads in all', async () => {
    await using children = await processes(3, space())
    const winners: Child[] = []
    for (const child of children)
      child.onLoad = () => {
        winners.push(child)
        return `load ${winners.length}`
      }
    const storms = children.map(child => child.call('storm', 'k', 200, 500).catch(() => 'killed'))
    await until('one of them loads', () => winners.length > 0)
    const from = performance.now()
    await winners[0]?.kill()
    const answers = await Promise.all(storms)
    const took = performance.now() - from
    expect(answers.filter(answer => answer === 'killed')).toHaveLength(1)
    expect(answers.filter(answer => answer !== 'killed')).toEqual([['load 2'], ['load 2']])
    expect(winners).toHaveLength(2)
    expect(took).toBeLessThan(LEASE_MS + 500 + 1000)
  })

  test.concurrent('whose loader takes longer than a lease still loads once', async () => {
    await using children = await processes(2, space())
    let loads = 0
    for (const child of children)
      child.onLoad = async () => {
        loads++
        await pass(LEASE_MS + 1000)
        return 'slow'
      }
    const answers = await Promise.all(children.map(child => child.call('storm', 'k', 100, 1)))
    expect(answers).toEqual([['slow'], ['slow']])
    expect(loads).toBe(1)
  })

  test('whose loader fails: the error reaches those who joined it, and the next one loads at once', async () => {
    const namespace = space()
    await using a = await open({ namespace, redis: inject('redisUrl') })
    await using b = await open({ namespace, redis: inject('redisUrl') })
    const error = new Error('the database is away')
    const failing = Array.from({ length: 100 }, () => a.getOrSet('k', () => Promise.reject(error)))
    const results = await Promise.allSettled(failing)
    expect(new Set(results.map(result => (result as PromiseRejectedResult).reason as Error))).toEqual(
      new Set([error]),
    )
    const from = performance.now()
    expect(await b.getOrSet('k', () => 'loaded')).toBe('loaded')
    expect(performance.now() - from).toBeLessThan(1000)
  })
})
