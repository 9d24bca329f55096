import type { TestProject } from 'vitest/node'

import { findRedis } from './find-redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A Redis every integration test may use, under a namespace of its own. */
    redisUrl: string
    redisFrom: string
  }
}

/** Gives the integration tests one Redis for the whole run, and ends it after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const start = performance.now()
  const redis = await findRedis({ log: console.log })
  project.provide('redisUrl', redis.url)
  project.provide('redisFrom', redis.from)
  const shown = redis.url.replace(/\/\/.*@/, '//')
  console.log(`redis: ${redis.from} ${shown} (${Math.round(performance.now() - start)} ms)`)
  return redis.stop
}
