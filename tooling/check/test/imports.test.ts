import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { checkImports } from '../import-rules.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tiercache-imports-'))
  pack('packages/core', '@tiercache/core')
  pack('packages/http', '@tiercache/http', ['@tiercache/core'])
  pack('apps/demo', '@tiercache/demo', ['@tiercache/core'])
  pack('tooling/redis', '@tiercache/redis-server')
})
afterEach(() => rmSync(root, { recursive: true }))

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function pack(dir: string, name: string, dependencies: string[] = []): void {
  const exports = { '.': './src/index.ts', './testing': './src/testing/index.ts' }
  const wanted = Object.fromEntries(dependencies.map(dependency => [dependency, 'workspace:*']))
  put(`${dir}/package.json`, JSON.stringify({ name, exports, dependencies: wanted }))
}

it('has nothing to say about good imports', () => {
  put('packages/core/src/cache.ts', `import { lru } from './memory/lru.ts'`)
  put('packages/core/src/memory/lru.ts', `import { LRUCache } from 'lru-cache'\nimport '../clock.ts'`)
  put('packages/core/src/testing/index.ts', `export { manualClock } from './clock.ts'`)
  put('packages/core/test/cache.test.ts', `import { manualClock } from '../src/testing/index.ts'`)
  put('packages/http/src/index.ts', `import { createCache } from '@tiercache/core'`)
  put('packages/http/test/a.test.ts', `import { manualClock } from '@tiercache/core/testing'`)
  put('apps/demo/src/main.ts', `import { createCache } from '@tiercache/core'`)
  expect(checkImports(root)).toEqual([])
})

it('leaves alone a folder that is a project of its own', () => {
  put('tooling/redis/outside/package.json', '{}')
  put('tooling/redis/outside/use.mjs', `import '@tiercache/core'`)
  expect(checkImports(root)).toEqual([])
})

const bad: [title: string, file: string, line: string, complaint: RegExp][] = [
  [
    'an upward import between packages',
    'packages/core/src/a.ts',
    `import '@tiercache/http'`,
    /core may not import @tiercache\/http/,
  ],
  [
    'a type-only import',
    'packages/core/src/a.ts',
    `import type { H } from '@tiercache/http'`,
    /may not import/,
  ],
  ['an import type', 'packages/core/src/a.ts', `let h: import('@tiercache/http').H`, /may not import/],
  ['a dynamic import', 'packages/core/src/a.ts', `await import('@tiercache/http')`, /may not import/],
  ['a re-export', 'packages/core/src/a.ts', `export * from '@tiercache/http'`, /may not import/],
  ['a require', 'packages/core/src/a.cjs', `require('@tiercache/http')`, /may not import/],
  ['a test tool in a source', 'packages/core/src/a.ts', `import '@tiercache/redis-server'`, /may not import/],
  [
    'an entry that is not public',
    'apps/demo/src/a.ts',
    `import '@tiercache/core/src/cache.ts'`,
    /not a public entry/,
  ],
  [
    'a path into another package',
    'apps/demo/src/a.ts',
    `import '../../../packages/core/src/a.ts'`,
    /reaches out/,
  ],
  ['an undeclared package', 'apps/demo/src/a.ts', `import '@tiercache/http'`, /not among the dependencies/],
  [
    'a client in coherence',
    'packages/core/src/coherence/a.ts',
    `import type { Redis } from 'ioredis'`,
    /simulation/,
  ],
  [
    'the redis tier in coherence',
    'packages/core/src/coherence/a.ts',
    `import '../redis/store.ts'`,
    /simulation/,
  ],
  ['redis importing memory', 'packages/core/src/redis/a.ts', `import '../memory/lru.ts'`, /know each other/],
  [
    'memory importing redis',
    'packages/core/src/memory/a.ts',
    `import '../redis/store.ts'`,
    /know each other/,
  ],
  ['codec importing the cache', 'packages/core/src/codec/a.ts', `import '../cache.ts'`, /down only/],
  [
    'testing used by a source',
    'packages/core/src/cache.ts',
    `import './testing/clock.ts'`,
    /only src\/testing/,
  ],
  [
    'the testing entry used by a source',
    'packages/http/src/a.ts',
    `import '@tiercache/core/testing'`,
    /only src\/testing/,
  ],
]

for (const [title, file, line, complaint] of bad) {
  it(`catches ${title}`, () => {
    put(file, `\n${line}\n`)
    const findings = checkImports(root)
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatch(complaint)
    expect(findings[0]).toContain(`${file}:2: `)
  })
}

it('catches a dependency in package.json that nothing imports yet', () => {
  pack('packages/core', '@tiercache/core', ['@tiercache/http'])
  expect(checkImports(root)).toEqual([
    'packages/core/package.json: @tiercache/core may not depend on @tiercache/http',
  ])
})

it('asks for a rule when a package is new', () => {
  pack('packages/novel', '@tiercache/novel')
  expect(checkImports(root).join()).toMatch(/no rule for @tiercache\/novel.*tooling\/check\/rules\.ts/)
})
