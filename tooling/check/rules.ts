/** For each package of `packages/`, the packages of this workspace it may import. A new package is added here first. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  '@tiercache/core': [],
  '@tiercache/adaptive-ttl': ['@tiercache/core'],
  '@tiercache/warming': ['@tiercache/core'],
  '@tiercache/monitor': ['@tiercache/core'],
  '@tiercache/http': ['@tiercache/core'],
  '@tiercache/express': ['@tiercache/http', '@tiercache/core'],
  '@tiercache/fastify': ['@tiercache/http', '@tiercache/core'],
  '@tiercache/koa': ['@tiercache/http', '@tiercache/core'],
  '@tiercache/hono': ['@tiercache/http', '@tiercache/core'],
  '@tiercache/nestjs': ['@tiercache/http', '@tiercache/core'],
  '@tiercache/next': ['@tiercache/http', '@tiercache/core'],
  '@tiercache/models': ['@tiercache/core'],
  '@tiercache/drizzle': ['@tiercache/models', '@tiercache/core'],
  '@tiercache/prisma': ['@tiercache/models', '@tiercache/core'],
  '@tiercache/typeorm': ['@tiercache/models', '@tiercache/core'],
  '@tiercache/mongoose': ['@tiercache/models', '@tiercache/core'],
  tiercache: ['@tiercache/monitor', '@tiercache/core'],
}

/** What a package's tests may import beside that: packages it is used with, which do not know it. */
export const testsMayImport: Readonly<Record<string, readonly string[]>> = {
  '@tiercache/http': ['@tiercache/adaptive-ttl'],
}

/** The private packages that tests, apps and benchmarks of any kind may use. */
export const testTools: readonly string[] = ['@tiercache/redis-server', '@tiercache/readme']

/** The private package that apps, the proof and benchmarks draw their reports with. */
export const reportTool = '@tiercache/report'

/** Folders outside a private package that it may reach into, from the package's own folder. */
export const reachesInto: Readonly<Record<string, readonly string[]>> = {
  // It runs the protocol in simulation and switches parts of it off, which no user can.
  '@tiercache/proof': ['../packages/core/src/'],
  // They replay traces over the policies themselves, without a cache around them, and over what foretells reads, and measure the breaker alone. Their targets are
  // judged on the demo's marketplace, with its load and its checker.
  '@tiercache/benchmarks': [
    '../apps/demo/src/',
    '../packages/core/src/memory/',
    '../packages/core/src/redis/guard.ts',
    '../packages/core/src/clock.ts',
    '../packages/warming/src/predict/',
  ],
}

/** Inside a package: files under `from` (paths within the package) import no file under `never` and no such package. */
export interface LayerRule {
  readonly from: readonly string[]
  readonly never: readonly string[]
  readonly neverPackages?: readonly string[]
  readonly why: string
}

/** Who may import whom inside a package. */
export const layers: Readonly<Record<string, readonly LayerRule[]>> = {
  '@tiercache/core': [
    {
      from: ['src/coherence/'],
      never: ['src/redis/', 'src/memory/'],
      neverPackages: ['ioredis', 'lru-cache', 'opossum'],
      why: 'the protocol runs in simulation, so it knows no client',
    },
    { from: ['src/redis/'], never: ['src/memory/'], why: 'the tiers do not know each other' },
    { from: ['src/memory/'], never: ['src/redis/'], why: 'the tiers do not know each other' },
    {
      from: ['src/memory/', 'src/codec/', 'src/coherence/', 'src/redis/'],
      never: ['src/index.ts', 'src/create-cache.ts', 'src/cache.ts', 'src/bulk.ts'],
      why: 'calls go down only',
    },
  ],
}
