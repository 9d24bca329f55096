// A process with a cache of its own, driven by messages from `child.ts`.
import { createCache, type CacheOptions, type Invalidation } from '../../../src/index.ts'
import type { Answer, Call } from './child.ts'

const cache = createCache(JSON.parse(process.argv[2] ?? '{}') as CacheOptions)
const loads = new Map<number, (value: unknown) => void>()
let nextLoad = 0

process.on('message', (call: Call) => {
  if (call.type === 'loaded') loads.get(call.load)?.(call.value)
  else void answer(call)
})
process.on('disconnect', () => process.exit())
await cache.ready()
tell({ type: 'ready' })

async function answer({ id, method, args }: Extract<Call, { type: 'call' }>): Promise<void> {
  try {
    const value = await run(id, method, args)
    if (!isInvalidation(value)) return tell({ type: 'value', id, value })
    tell({ type: 'value', id, value: { status: value.status } })
    await value.done
    tell({ type: 'done', id })
  } catch (error) {
    tell({ type: 'error', id, message: String(error) })
  }
}

function run(id: number, method: string, args: readonly unknown[]): unknown {
  const [first, second, third] = args as [string, unknown, unknown]
  if (method === 'getOrSet') return cache.getOrSet(first, ({ key }) => load(key), second as object)
  if (method === 'storm') return storm(first, Number(second), Number(third))
  const member = cache[method as 'get'] as (...args: unknown[]) => unknown
  return member.apply(cache, args as unknown[])
}

/** Many reads of one key at the same time, with a load of its own; gives the values that differ. */
async function storm(key: string, count: number, loadMs: number): Promise<unknown> {
  const load = async (): Promise<unknown> => {
    const value = await askParent(key)
    await new Promise(resolve => setTimeout(resolve, loadMs))
    return value
  }
  const values = await Promise.all(Array.from({ length: count }, () => cache.getOrSet(key, load)))
  return [...new Set(values)]
}

function load(key: unknown): Promise<unknown> {
  return askParent(key)
}

function askParent(key: unknown): Promise<unknown> {
  const id = nextLoad++
  tell({ type: 'load', load: id, key: String(key) })
  return new Promise(resolve => loads.set(id, resolve))
}

function isInvalidation(value: unknown): value is Invalidation {
  return typeof value === 'object' && value !== null && 'done' in value && value.done instanceof Promise
}

function tell(answer: Answer): void {
  process.send?.(answer)
}
