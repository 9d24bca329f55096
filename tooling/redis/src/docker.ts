import { setTimeout as wait } from 'node:timers/promises'

import { run } from './run.ts'

/** A Redis in a container. */
export interface RedisContainer {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Starts Redis in a container. Rejects within seconds when no Docker answers, within two minutes in any case. */
export async function startContainer(): Promise<RedisContainer> {
  await run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 3000 })
  const { GenericContainer } = await import('testcontainers') // slow to load, and rarely needed
  const starting = new GenericContainer('redis:8-alpine').withExposedPorts(6379).start()
  const late = wait(120_000, undefined, { ref: false }).then(() => {
    starting.then(container => container.stop()).catch(() => {})
    throw new Error('docker: the container was not up in two minutes')
  })
  const container = await Promise.race([starting, late])
  return {
    url: `redis://${container.getHost()}:${container.getMappedPort(6379)}`,
    stop: async () => {
      await container.stop()
    },
  }
}
