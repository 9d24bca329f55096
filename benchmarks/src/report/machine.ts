import { readFileSync } from 'node:fs'
import { createRequire, findPackageJSON } from 'node:module'
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { Redis } from 'ioredis'

/** What a figure depends on beside the code. Nothing that names the machine or a place on it. */
export interface Facts {
  readonly date: string
  readonly machine: Readonly<Record<string, string | number>>
  readonly versions: Readonly<Record<string, string | undefined>>
}

/** It has a package of its own here, beside the ioredis that it asks for. */
const BENTOCACHE = import.meta.resolve('../../peers/bentocache/open.ts')

/** The facts of this run. */
export async function factsOf(redisUrl: string): Promise<Facts> {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryGb: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${release()} ${arch()}`,
      loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    },
    versions: {
      node: process.versions.node,
      v8: process.versions.v8,
      redis: await redisVersion(redisUrl),
      '@tiercache/core': versionOf('@tiercache/core'),
      measured: process.execArgv.includes('--conditions=@tiercache/source') ? 'sources' : 'built package',
      'lru-cache': versionOf('lru-cache'),
      ioredis: versionOf('ioredis'),
      msgpackr: versionOf('msgpackr', core()),
      'msgpackr native addon': nativeAddon(),
      tinybench: versionOf('tinybench'),
      opossum: versionOf('opossum'),
      bentocache: versionOf('bentocache', BENTOCACHE),
      'ioredis of bentocache': versionOf('ioredis', BENTOCACHE),
      cacheable: versionOf('cacheable'),
      'cache-manager': versionOf('cache-manager'),
      keyv: versionOf('keyv'),
      'layered-loader': versionOf('layered-loader'),
      'async-cache-dedupe': versionOf('async-cache-dedupe'),
      'node-redis': versionOf('redis'),
      express: versionOf('express'),
      fastify: versionOf('fastify'),
    },
  }
}

/** The facts in two lines. */
export function formatFacts({ date, machine, versions }: Facts): string {
  const parts = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `${date}: ${machine['cores']} cores of ${machine['cpu']}, ${machine['memoryGb']} GB, ${machine['system']}, load before ${machine['loadBefore']}`,
    parts.join(', '),
  ].join('\n')
}

async function redisVersion(url: string): Promise<string | undefined> {
  const client = new Redis(url)
  try {
    return /^(?:redis|valkey)_version:(\S+)/m.exec(await client.info('server'))?.[1]
  } finally {
    client.disconnect()
  }
}

function core(): string {
  return import.meta.resolve('@tiercache/core')
}

function versionOf(name: string, from: string = import.meta.url): string | undefined {
  const path = findPackageJSON(name, from)
  if (path === undefined) return undefined
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { version?: string }
  return manifest.version
}

/** It makes decoding up to 1.7 times as fast. */
function nativeAddon(): string {
  const { isNativeAccelerationEnabled } = createRequire(core())('msgpackr') as {
    isNativeAccelerationEnabled?: boolean
  }
  return isNativeAccelerationEnabled === true ? 'yes' : 'no'
}
