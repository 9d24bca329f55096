import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { Redis } from 'ioredis'

/** On what a run was made. Nothing that names the machine or a place on it. */
export interface Facts {
  /** UTC, to the minute. */
  readonly date: string
  readonly machine: Readonly<Record<string, string | number>>
  readonly versions: Readonly<Record<string, string>>
}

/** The facts of this run; `packages` are the ones whose versions matter, as seen from the file `from`. */
export async function factsOf(redisUrl: string | undefined, packages: readonly Package[]): Promise<Facts> {
  const versions: Record<string, string> = {
    node: process.versions.node,
    ...(redisUrl !== undefined && { redis: (await redisVersion(redisUrl)) ?? 'unknown' }),
  }
  for (const { name, from } of packages) {
    const version = versionOf(name, from)
    if (version !== undefined) versions[name] = version
  }
  return {
    date: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    machine: {
      cores: availableParallelism(),
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      memoryGb: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${release()} ${arch()}`,
      loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    },
    versions,
  }
}

/** A package, and a file that imports it. */
export interface Package {
  readonly name: string
  readonly from: string
}

/** The facts in two lines. */
export function formatFacts({ date, machine, versions }: Facts): string {
  const { cores, cpu, memoryGb, system, loadBefore } = machine
  const parts = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${date}: ${cores} cores of ${cpu}, ${memoryGb} GB, ${system}, load before ${loadBefore}\n${parts.join(', ')}`
}

async function redisVersion(url: string): Promise<string | undefined> {
  const client = new Redis(url)
  try {
    return /^(?:redis|valkey)_version:(\S+)/m.exec(await client.info('server'))?.[1]
  } finally {
    client.disconnect()
  }
}

function versionOf(name: string, from: string): string | undefined {
  const path = findPackageJSON(name, from)
  if (path === undefined) return undefined
  return (JSON.parse(readFileSync(path, 'utf8')) as { version?: string }).version
}
