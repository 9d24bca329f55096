import { expect, test } from 'vitest'
import { createRotation, type Rotation } from '../src/balancer/rotation.ts'

const clock = { now: 0 }
const none: ReadonlySet<string> = new Set()
const threeInstances = (): Rotation => {
  clock.now = 0
  const rotation = createRotation(() => clock.now)
  for (const name of ['a', 'b', 'c']) rotation.put({ name, address: `http://${name}` })
  return rotation
}
const names = (rotation: Rotation, n: number): string =>
  Array.from({ length: n }, () => rotation.next(none)?.name).join('')

test('every target has its turn', () => {
  expect(names(threeInstances(), 6)).toBe('abcabc')
})

test('one that did not answer rests, then has its turn again', () => {
  const rotation = threeInstances()
  rotation.failed('b')
  expect(names(rotation, 6)).not.toContain('b')
  clock.now = 1000
  expect(names(rotation, 3)).toContain('b')
})

test('a resting target is better than none', () => {
  const rotation = threeInstances()
  for (const name of ['a', 'b', 'c']) rotation.failed(name)
  expect(rotation.next(none)).toBeDefined()
})

test('no target is tried twice for one request', () => {
  const rotation = threeInstances()
  const tried = new Set<string>()
  for (let target = rotation.next(tried); target; target = rotation.next(tried)) tried.add(target.name)
  expect([...tried].sort().join('')).toBe('abc')
})

test('a dropped target is gone, and one put again under its name replaces it and need not rest', () => {
  const rotation = threeInstances()
  rotation.failed('c')
  rotation.drop('a')
  rotation.put({ name: 'c', address: 'http://c2' })
  expect(rotation.size).toBe(2)
  expect(
    [rotation.next(none), rotation.next(none)]
      .map(target => target?.address ?? '')
      .toSorted((a, b) => a.localeCompare(b)),
  ).toEqual(['http://b', 'http://c2'])
})
