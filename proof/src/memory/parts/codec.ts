import { createCache } from '@tiercache/core'
import { msgpack } from '../../../../packages/core/src/codec/msgpack.ts'
import { heapNow } from '../heap.ts'
import type { Check, Measured, Scale } from '../part.ts'

const MB = 2 ** 20

/** What remembers shapes of values, types of keys, functions: given ever new ones. */
export async function codecPart({ quick }: Scale): Promise<Measured> {
  const shapes = quick ? 100_000 : 1_000_000
  const codec = msgpack()
  const rounds: Readonly<Record<string, (i: number) => unknown>> = {
    'objects of ever new shapes, encoded and decoded': i => codec.decode(codec.encode(shaped(i))),
    'rows of ever new shapes, encoded and decoded': i =>
      codec.decode(codec.encode([shaped(i), shaped(i), shaped(i)])),
  }
  const checks: Check[] = []
  for (const [what, step] of Object.entries(rounds)) {
    for (let i = 0; i < 20_000; i++) step(i)
    const before = heapNow().all
    for (let i = 0; i < shapes / 2; i++) step(20_000 + i)
    checks.push({ what: `${shapes / 2} ${what}`, is: heapNow().all - before, limit: 4 * MB, unit: 'bytes' })
  }
  return { checks: [...checks, ...(await wrappers(shapes / 40))] }
}

/** Namespaces, wrapped functions, resources and rules that their owners let go of. */
async function wrappers(times: number): Promise<Check[]> {
  const cache = createCache({ memory: { maxEntries: 1000 }, types: { user: '1m', 'search:*': '1m' } })
  const makes: Readonly<Record<string, (i: number) => unknown>> = {
    namespaces: i => cache.namespace(`n${i}`, { ttl: '1m' }).get(['user', i]),
    'wrapped functions': i => cache.wrap((id: number) => id, { name: `f${i}` })(i),
    resources: i => cache.resource({ name: `r${i}`, load: (id: number) => Promise.resolve(id) }).get(i),
    'rules, put in and taken out': i => {
      const remove = cache.rule(`event-${i % 100}`, () => ({ keys: [] }))
      remove()
    },
    'listeners, put in and taken out': () => cache.on('hit', () => {})(),
    'keys of ever new types': i => cache.get([`type-${i}`, i]),
  }
  const checks: Check[] = []
  for (const [what, make] of Object.entries(makes)) {
    for (let i = 0; i < 5000; i++) await make(i)
    const before = heapNow().heap
    for (let i = 0; i < times; i++) await make(5000 + i)
    checks.push({ what: `${times} ${what}`, is: heapNow().heap - before, limit: 2 * MB, unit: 'bytes' })
  }
  await cache.close()
  return checks
}

function shaped(i: number): Record<string, unknown> {
  return { [`field${i}`]: i, [`other${i % 977}`]: true, name: 'x' }
}
