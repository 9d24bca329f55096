import type { Profiler } from 'node:inspector'
import { expect, test } from 'vitest'
import { selfTime } from '../../src/profile/self-time.ts'

function node(id: number, functionName: string, url = ''): Profiler.ProfileNode {
  return { id, callFrame: { functionName, url, scriptId: '1', lineNumber: 1, columnNumber: 1 } }
}

const nodes = [
  node(1, '(root)'),
  node(2, '(idle)'),
  node(3, 'hit', 'file:///a/packages/core/src/local.ts'),
  node(4, 'get', 'file:///a/node_modules/.pnpm/lru-cache@11.5.3/node_modules/lru-cache/dist/index.js'),
  node(5, 'send', 'file:///a/node_modules/@scope/name/x.js'),
  node(6, '(garbage collector)'),
  node(7, 'loop', 'file:///a/benchmarks/src/profile/steps.ts'),
  node(8, 'emit', 'node:events'),
  node(9, 'hit', 'file:///a/packages/core/src/local.ts'),
  node(10, '(program)'),
]

test('a sample stands for the time until the next, and places are named for people', () => {
  const samples = [3, 9, 4, 5, 6, 7, 8, 10]
  const timeDeltas = [0, 30, 10, 20, 10, 10, 5, 15]
  // The last one has no end.
  expect(selfTime({ nodes, samples, timeDeltas, startTime: 0, endTime: 100 })).toEqual([
    { where: 'local.ts hit', share: 0.4 },
    { where: 'lru-cache', share: 0.2 },
    { where: 'Node', share: 0.15 },
    { where: '@scope/name', share: 0.1 },
    { where: 'garbage collector', share: 0.1 },
    { where: 'the loop that reads', share: 0.05 },
    { where: 'V8 and system calls', share: 0 },
  ])
})

test('waiting is no work', () => {
  const profile = { nodes, samples: [2, 3, 2, 2], timeDeltas: [0, 900, 10, 50], startTime: 0, endTime: 1 }
  expect(selfTime(profile)).toEqual([{ where: 'local.ts hit', share: 1 }])
})

test('a profile without samples has no shares', () => {
  expect(selfTime({ nodes, startTime: 0, endTime: 1 })).toEqual([])
})
