import type { Child } from '../fleet/child.ts'
import type { Client } from './client.ts'
import type { Work } from './mix.ts'

const perInstance = 150
const atOnce = 8

/**
 * Lets each instance compile what it is about to run, with reads past the cache: the first requests of a process are slow
 * and say nothing about a cache. Nothing is cached and nothing counted.
 */
export async function warmUp(children: readonly Child[], client: Client, next: () => Work): Promise<void> {
  const work = Array.from({ length: perInstance }, next)
  await Promise.all(
    children.flatMap(child => {
      const left = work.filter(one => one.kind !== 'write').map(one => one.path)
      const worker = async (): Promise<void> => {
        for (let path = left.pop(); path; path = left.pop()) await client.read(child.address, path, 'cache')
      }
      return Array.from({ length: atOnce }, worker)
    }),
  )
}
