import { expect, test } from 'vitest'
import { createMix, pathOf, type Work } from '../src/load/mix.ts'

const world = { cities: [11, 22, 33], users: 50, jobs: 100, applications: 10 }
const take = (n: number, seed: number, writes: number): Work[] => {
  const next = createMix(world, { seed, zipf: 1, writes })
  return Array.from({ length: n }, next)
}

test('the same seed asks for the same', () => {
  expect(take(200, 7, 0.05)).toEqual(take(200, 7, 0.05))
  expect(take(200, 7, 0.05)).not.toEqual(take(200, 8, 0.05))
})

test('the share of writes is the one asked for', () => {
  const share = take(20_000, 1, 0.1).filter(work => work.kind === 'write').length / 20_000
  expect(share).toBeGreaterThan(0.09)
  expect(share).toBeLessThan(0.11)
  expect(take(1000, 1, 0).some(work => work.kind === 'write')).toBe(false)
})

test('only rows that exist are asked for', () => {
  for (const { path } of take(5000, 3, 0.2)) {
    const [, table, id] = /^\/(jobs|users|cities|search)(?:\/|\?city=)(\d+)/.exec(path) ?? []
    const max = { jobs: 100, users: 50 }[table ?? '']
    if (max) expect(Number(id)).toBeLessThanOrEqual(max)
    else expect(world.cities).toContain(Number(id))
  }
})

test('every subject can be read somewhere', () => {
  const paths = ['job:7', 'user:7', 'city:7', 'jobs-of:7', 'applications-of:7'].map(pathOf)
  expect(paths).toEqual(['/jobs/7', '/users/7', '/cities/7', '/search?city=7', '/jobs/7/applications'])
})
