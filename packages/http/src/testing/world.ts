import { randomBytes } from 'node:crypto'
import type { Cache, CacheOptions } from '@tiercache/core'
import { createCache } from '@tiercache/core'
import { type FakeRedis, fakeRedis, type ManualClock, manualClock } from '@tiercache/core/testing'
import type { ResponseCacheOptions } from '../options.ts'
import type {
  StartServer,
  TestApp,
  TestFunction,
  TestReply,
  TestRequest,
  TestRoute,
  TestServer,
} from './app.ts'
import { ask, type Got, type Sent } from './client.ts'

/** What the suite takes. */
export interface HttpConformanceOptions {
  readonly test: TestFunction
  readonly start: StartServer
  /** Makes a cache over a Redis of yours; then tests that need to move time or to break Redis are left out. Default: over the stand-in. */
  readonly cache?: (options: CacheOptions) => Cache
  /** Topics to leave out, each with the reason. */
  readonly skip?: { readonly [topic in Topic]?: string }
}

/** The parts of the suite. */
export type Topic =
  | 'answers'
  | 'options'
  | 'lifetimes'
  | 'headers'
  | 'flights'
  | 'streams'
  | 'poisoning'
  | 'privacy'
  | 'invalidation'
  | 'endpoints'
  | 'outages'
  | 'timing'

/** A handler that counts its calls. */
export type Counted = TestRoute['handle'] & { calls: number }

/** A server of its own for one test. */
interface World {
  readonly cache: Cache
  readonly server: TestServer
  readonly get: (path: string, sent?: Sent) => Promise<Got>
}

/** A world whose time and Redis are the test's to move and break. */
interface MovableWorld extends World {
  readonly clock: ManualClock
  readonly redis: FakeRedis
}

type Described = Omit<TestApp, 'cache'>

/** Registers tests. */
export interface Worlds {
  /** On any cache. */
  readonly on: (name: string, app: (cache: Cache) => Described, run: (world: World) => Promise<void>) => void
  /** Only where time can be moved and Redis broken. */
  readonly moving: (
    name: string,
    app: (clock: ManualClock, cache: Cache) => Described,
    run: (world: MovableWorld) => Promise<void>,
  ) => void
}

export function worlds({ test, start, cache: make }: HttpConformanceOptions): Worlds {
  return {
    on(name, app, run) {
      test(name, () =>
        make === undefined
          ? inMovableWorld(start, (_, cache) => app(cache), run)
          : inWorld(
              make({ jitter: 0, namespace: `http-${randomBytes(6).toString('hex')}` }),
              start,
              app,
              run,
            ),
      )
    },
    moving(name, app, run) {
      if (make === undefined) test(name, () => inMovableWorld(start, app, run))
    },
  }
}

async function inMovableWorld(
  start: StartServer,
  app: (clock: ManualClock, cache: Cache) => Described,
  run: (world: MovableWorld) => Promise<void>,
): Promise<void> {
  const clock = manualClock()
  const redis = fakeRedis({ clock })
  const cache = createCache({ redis, clock, jitter: 0 })
  await inWorld(
    cache,
    start,
    made => app(clock, made),
    world => run({ ...world, clock, redis }),
  )
}

async function inWorld(
  cache: Cache,
  start: StartServer,
  app: (cache: Cache) => Described,
  run: (world: World) => Promise<void>,
): Promise<void> {
  await cache.ready()
  const server = await start({ cache, ...app(cache) })
  try {
    await run({ cache, server, get: (path, sent) => ask(server.origin, path, sent) })
  } finally {
    await server.close()
    await cache.close()
  }
}

/** A handler that counts, and answers with a function of the request and of how often it was called. */
export function counted(
  answer: (request: TestRequest, call: number) => TestReply | Promise<TestReply>,
): Counted {
  const handle = (request: TestRequest): TestReply | Promise<TestReply> => answer(request, ++handle.calls)
  handle.calls = 0
  return handle
}

/** A route with a cache. */
export function cached(
  path: string,
  handle: TestRoute['handle'],
  cache: ResponseCacheOptions<TestRequest> = {},
): TestRoute {
  return { method: 'GET', path, cache: { headers: true, ...cache }, handle }
}

/** A handler whose body says which call it was. */
export function numbered(reply: TestReply = {}): Counted {
  return counted((_, call) => ({ ...reply, body: `call ${call}` }))
}
