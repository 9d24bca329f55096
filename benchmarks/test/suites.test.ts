import { expect, test } from 'vitest'
import { contenders as breaker } from '../src/suites/breaker/contenders.ts'
import { contenders as codec } from '../src/suites/codec/contenders.ts'
import { ANCHOR as HTTP, contenders as http, FRAMEWORKS, nameOf } from '../src/suites/http/contenders.ts'
import { suites } from '../src/suites/index.ts'
import { awaitedName, contenders as l1 } from '../src/suites/l1/contenders.ts'
import { ANCHOR as L2, contenders as l2 } from '../src/suites/l2/contenders.ts'
import { peerIds, peers } from '../src/subjects/peers.ts'
import { sum } from '../src/suites/stampede/stampedes.ts'

test('each suite has a name of its own, and says what it measures', () => {
  expect(new Set(suites.map(({ name }) => name)).size).toBe(suites.length)
  for (const { name, about } of suites) {
    expect(name).toMatch(/^[a-z\d]+$/)
    expect(about).not.toBe('')
  }
})

test('each peer takes part, by default and in its fastest documented setting, which says what it gives up', () => {
  for (const id of peerIds)
    expect(peers.some(peer => peer.id === id && peer.setting === undefined)).toBe(true)
  for (const peer of peers) expect(peer.givesUp !== undefined).toBe(peer.setting !== undefined)
  const present = (contenders: object): Set<unknown> =>
    new Set(Object.values(contenders).flatMap(({ id }) => (id === undefined ? [] : [id])))
  expect(present(l1)).toEqual(new Set(peerIds))
  expect(present(l2)).toEqual(new Set(peerIds))
})

test('anchors are contenders', () => {
  expect(l2).toHaveProperty([L2])
  for (const framework of FRAMEWORKS) expect(http).toHaveProperty([nameOf(framework, HTTP)])
  expect(Object.keys(codec)).toContain('JSON')
  expect(Object.keys(breaker)).toContain('no breaker')
})

test('a peer that is measured both ways has one name in tables', () => {
  const awaited = Object.keys(l1).flatMap(name => awaitedName(name) ?? [])
  expect(awaited).toContain('layered-loader')
  expect(awaited).toContain('getOrSet')
  expect(awaited).not.toContain('getSync')
  expect(new Set(awaited).size).toBe(awaited.length)
})

test('a stampede without an answer, or with a wrong one, is no result', () => {
  const process = { loads: 1, ms: 60, loadedIn: 50, wrong: 0, unanswered: 0 }
  expect(sum([process, { ...process, loads: 0, loadedIn: 0, ms: 70 }])).toEqual({
    loads: 1,
    ms: 70,
    overMs: 20,
  })
  expect(() => sum([process, { ...process, unanswered: 3 }])).toThrow('3 reads had no answer')
  expect(() => sum([process, { ...process, wrong: 2 }])).toThrow('2 reads failed')
})
