import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Cache, type CacheOptions, createCache, encryption, fromEnv, integrity } from '@tiercache/core'
import { freePort, startRedis, startTlsRedis } from '@tiercache/redis-server'
import { Redis } from 'ioredis'
import { overhear, type Overheard } from './overheard.ts'

/** What a run of failures has said, searched for what nobody may say. */
export interface Leaks {
  readonly rows: readonly {
    readonly name: string
    readonly characters: number
    readonly hits: readonly string[]
  }[]
}

const USER = 'app'
const WORD = `hunter${randomBytes(9).toString('hex')}`
/** With everything that a URL or a terminal might trip over. */
const PASSWORD = `${WORD}/with@odd:chars#and?more %41`
const KEY = randomBytes(32)
const SECRETS = [
  WORD,
  PASSWORD,
  KEY.toString('base64'),
  KEY.toString('base64').slice(0, 20),
  KEY.toString('latin1'),
]

/** A way to fail. It is given a server that knows the user, and gives what the cache is told. */
interface Trouble {
  readonly name: string
  /** Arguments of the server, or that there is none. */
  readonly server: readonly string[] | 'none' | 'tls'
  readonly options: (port: number) => CacheOptions
  /** Done once the cache is connected, or has failed to. */
  readonly after?: (admin: Redis, pid: number) => Promise<unknown>
}

const urlOf = (port: number, user = USER, scheme = 'redis'): string =>
  `${scheme}://${user}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`

const TROUBLES: readonly Trouble[] = [
  {
    name: 'wrong password (WRONGPASS), by URL',
    server: ['--requirepass', 'another'],
    options: port => ({ redis: urlOf(port) }),
  },
  {
    name: 'wrong password of the default user',
    server: ['--requirepass', 'another'],
    options: port => ({ redis: urlOf(port, '') }),
  },
  {
    name: 'wrong password, by options, RESP2',
    server: ['--requirepass', 'another'],
    options: port => ({
      redis: { host: '127.0.0.1', port, username: USER, password: PASSWORD, protocol: 2 },
    }),
  },
  {
    name: 'no password given where one is needed (NOAUTH)',
    server: ['--requirepass', PASSWORD],
    options: port => ({ redis: `redis://127.0.0.1:${port}` }),
  },
  { name: 'connection refused', server: 'none', options: port => ({ redis: urlOf(port) }) },
  {
    name: 'connection refused, in a Cluster',
    server: 'none',
    options: port => ({
      redis: {
        cluster: [{ host: '127.0.0.1', port }],
        options: { redisOptions: { username: USER, password: PASSWORD } },
      },
    }),
  },
  {
    name: 'Sentinel refused',
    server: 'none',
    options: port => ({
      redis: {
        sentinels: [{ host: '127.0.0.1', port }],
        name: 'm',
        password: PASSWORD,
        sentinelPassword: PASSWORD,
      },
    }),
  },
  {
    name: 'certificate that is not trusted',
    server: 'tls',
    options: port => ({ redis: urlOf(port, USER, 'rediss') }),
  },
  { name: 'TLS to a server without', server: [], options: port => ({ redis: urlOf(port, USER, 'rediss') }) },
  {
    name: 'permissions missing (NOPERM)',
    server: [],
    options: port => ({ redis: urlOf(port) }),
    after: admin => admin.call('ACL', 'SETUSER', USER, '-@all', '+ping'),
  },
  {
    name: 'user deleted while connected',
    server: [],
    options: port => ({ redis: urlOf(port) }),
    after: admin => admin.call('ACL', 'DELUSER', USER),
  },
  {
    name: 'a server that hangs',
    server: [],
    options: port => ({ redis: urlOf(port) }),
    after: (_, pid) => Promise.resolve(process.kill(pid, 'SIGSTOP')),
  },
  {
    name: 'values that cannot be decrypted',
    server: [],
    options: port => ({ redis: urlOf(port), encryption: encryption({ keys: { k: KEY }, current: 'k' }) }),
    after: admin => damage(admin),
  },
  {
    name: 'values that are not authentic',
    server: [],
    options: port => ({ redis: urlOf(port), integrity: integrity({ keys: { k: KEY }, current: 'k' }) }),
    after: admin => damage(admin),
  },
]

const QUICK_EVERY = 3

/** Fails in every way there is (a third of them if `quick`), and searches all that was said: events, errors, logs, stats, health, inspection, output. */
export async function leaks(quick: boolean, onProgress: (share: number) => void): Promise<Leaks> {
  const rows: Leaks['rows'][number][] = []
  const troubles = TROUBLES.filter((_, i) => !quick || i % QUICK_EVERY === 0)
  for (const [i, trouble] of troubles.entries()) {
    onProgress(i / troubles.length)
    const heard = overhear()
    try {
      await fail(trouble, heard)
    } finally {
      heard.stop()
    }
    rows.push({ name: trouble.name, ...heard.search(SECRETS) })
  }
  const heard = overhear()
  for (const refused of refusals()) heard.note('refusal', refused)
  heard.stop()
  return { rows: [...rows, { name: 'options that cannot be used', ...heard.search(SECRETS) }] }
}

async function fail({ server: wanted, options, after }: Trouble, heard: Overheard): Promise<void> {
  const args = typeof wanted === 'string' ? undefined : wanted
  const server =
    wanted === 'none' ? undefined : wanted === 'tls' ? await startTlsRedis() : await startRedis(wanted)
  const admin = server && args && new Redis(server.port, { password: args[1] ?? '' })
  admin?.on('error', () => {})
  try {
    if (args?.length === 0)
      await admin?.call('ACL', 'SETUSER', USER, 'on', `>${PASSWORD}`, '~*', '&*', '+@all')
    const timeouts = { connect: 300 }
    const cache = createCache({
      ...options(server?.port ?? (await freePort())),
      timeouts,
      breaker: { volume: 1000 },
      log: line => heard.note('log', line),
    })
    heard.listen(cache)
    await use(cache, heard)
    if (admin !== undefined && server !== undefined) await after?.(admin, server.pid)
    await use(cache, heard)
    await cache.close({ timeout: 300 }).catch((error: unknown) => heard.note('close', error))
    heard.note('inspect after close', cache)
  } finally {
    admin?.disconnect()
    if (server !== undefined) {
      try {
        process.kill(server.pid, 'SIGCONT')
      } catch {
        // it is gone already
      }
      await server.stop()
    }
  }
}

async function use(cache: Cache, heard: Overheard): Promise<void> {
  await cache.ready()
  const settled = await Promise.allSettled([
    cache.set('kept', 'value'),
    cache.get('kept'),
    cache.getOrSet('loaded', () => 1),
    cache.getMany(['a', 'b']),
    cache.delete('kept', { strict: true }),
    cache.deleteByTag('t', { strict: true }),
    cache.deleteMatching('k*'),
    cache.explain('kept'),
    cache.health(),
  ])
  for (const [i, one] of settled.entries()) heard.note(`call ${i}`, one)
  await pause(100)
  heard.note('stats', cache.stats())
  heard.note('inspect', cache)
}

/** Every value loses its last byte, so that it is not authentic any more. */
async function damage(admin: Redis): Promise<void> {
  for (const key of await admin.keys('*:v:*')) await admin.setrange(key, 60, '\0\0\0')
}

/** What is said of options that cannot be used. */
function refusals(): unknown[] {
  const bad: readonly (() => unknown)[] = [
    ...[
      `redis://app:${PASSWORD}@127.0.0.1:6379`,
      `redis://app:${WORD}@host:port`,
      `app:${WORD}@host:6379`,
      `rediss//app:${WORD}@host`,
      `http://app:${WORD}@host`,
      `redis://host:6379?password=${WORD}&x=[`,
      { url: { password: WORD } },
      { password: WORD, keyPrefix: 'x:' },
      { password: WORD, cluster: [] },
      [`redis://:${WORD}@host`],
    ].map(redis => () => createCache({ redis: redis as string })),
    () => fromEnv({ REDIS_URL: `http://app:${WORD}@host` }),
    () => fromEnv({ REDIS_HOST: 'h', REDIS_PORT: WORD, REDIS_PASSWORD: WORD }),
    () => encryption({ keys: { k: KEY.toString('base64').slice(0, 40) }, current: 'k' }),
    () => encryption({ keys: { k: KEY }, current: 'nobody' }),
    () => integrity({ keys: { k: KEY.subarray(1) }, current: 'k' }),
    () => createCache({ encryption: { keys: { k: KEY }, current: 'k' } as never }),
    () => createCache({ integrity: KEY.toString('base64') as never }),
  ]
  return bad.map(refuse => {
    try {
      const made = refuse()
      if (typeof made === 'object' && made !== null && 'close' in made) void (made as Cache).close()
      return 'not refused'
    } catch (error) {
      return error
    }
  })
}
