import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { type Cache, createCache } from '@tiercache/core'
import { Redis } from 'ioredis'
import { type Forgery, publish } from './forger.ts'

/** What one kind of forged message did. */
export interface Flood {
  readonly name: string
  readonly count: number
  readonly seconds: number
  /** SYNCs and all other scripts that the victim ran, in a second. */
  readonly scriptsPerSecond: number
  /** Of the hot keys, how many had another value than they should have, and how many had to be read anew. */
  readonly wrong: number
  readonly dropped: number
  readonly lagMs: number
  readonly grownBytes: number
  /** What broke a promise. */
  readonly problem: string | undefined
}

/** SYNCs that messages may cause. Its own, by which a cache stays trusted, come on top. */
export const MOST_SYNCS: number = 10
const OWN_SYNCS = 2
/** A SYNC that finds records it does not know heals the log and says again what it knows. */
const MOST_IN_ORDER = 40
export const MOST_LAG_MS: number = 1000
const MOST_GROWN_BYTES: number = 128 * 1024 * 1024
const HOT = 200

/** Publishes forgeries on a victim's channel, and looks what comes of each kind, and of all of them. */
export async function flood(
  url: string,
  forgeries: readonly Forgery[],
  onProgress: (share: number) => void,
): Promise<{ floods: Flood[]; problems: string[] }> {
  const namespace = `bus${process.pid}`
  const hot = Array.from({ length: HOT }, (_, i) => `hot:${i}`)
  const admin = new Redis(url)
  await using victim = createCache({ redis: url, namespace, ttl: '1h' })
  const problems: string[] = []
  try {
    await victim.ready()
    await victim.setMany(
      hot.map(key => [key, valueOf(key)] as const),
      { tags: ['all'] },
    )
    const floods: Flood[] = []
    for (const [i, forgery] of forgeries.entries()) {
      onProgress(i / forgeries.length)
      await warm(victim, hot)
      floods.push(await one(admin, victim, namespace, forgery, hot))
    }
    problems.push(...(await coherent(url, namespace, victim)))
    return { floods, problems }
  } finally {
    admin.disconnect()
  }
}

function valueOf(key: string): string {
  return `value of ${key}`
}

/** Everything is in memory, as after a while of work. */
async function warm(victim: Cache, hot: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 50 && hot.some(key => victim.getSync(key) === undefined); tries++) {
    await victim.getOrSetMany(hot, keys => keys.map(key => valueOf(String(key))), { tags: ['all'] })
    await pause(20)
  }
}

async function one(
  admin: Redis,
  victim: Cache,
  namespace: string,
  forgery: Forgery,
  hot: readonly string[],
): Promise<Flood> {
  globalThis.gc?.()
  const memory = process.memoryUsage().rss
  const before = await scripts(admin)
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const from = performance.now()
  await publish(admin, namespace, forgery, hot)
  // What was published has arrived when something published after it has, and nearly a second shows the rate.
  await admin.ping()
  await pause(Math.max(200, 950 - (performance.now() - from)))
  const seconds = (performance.now() - from) / 1000
  delay.disable()
  const ran = (await scripts(admin)) - before
  const values = hot.map(key => victim.getSync(key))
  const dropped = values.filter(value => value === undefined).length
  const read = await victim.getMany(hot)
  const wrong = [...values, ...read].filter(
    (value, i) => value !== undefined && value !== valueOf(hot[i % HOT] ?? ''),
  ).length
  globalThis.gc?.()
  const facts = {
    name: forgery.name,
    count: forgery.count,
    seconds,
    scriptsPerSecond: ran / seconds,
    wrong,
    dropped,
    lagMs: delay.max / 1e6,
    grownBytes: Math.max(0, process.memoryUsage().rss - memory),
  }
  return { ...facts, problem: problemOf(facts, forgery) }
}

function problemOf(flood: Omit<Flood, 'problem'>, forgery: Forgery): string | undefined {
  const most = forgery.inOrder ? MOST_IN_ORDER : MOST_SYNCS
  if (flood.scriptsPerSecond > most + OWN_SYNCS)
    return `${flood.scriptsPerSecond.toFixed(1)} scripts a second`
  if (flood.wrong > 0) return `${flood.wrong} values were changed`
  if (flood.lagMs > MOST_LAG_MS) return `nothing else ran for ${Math.round(flood.lagMs)} ms`
  if (flood.grownBytes > MOST_GROWN_BYTES)
    return `memory grew by ${Math.round(flood.grownBytes / 2 ** 20)} MB`
  return undefined
}

/** How many scripts Redis has run for anybody. The forger uses EVAL, caches use EVALSHA. */
async function scripts(admin: Redis): Promise<number> {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0)
}

const DELTA_MS = 2000

/** Whether the victim and another instance still obey each other. */
async function coherent(url: string, namespace: string, victim: Cache): Promise<string[]> {
  await using other = createCache({ redis: url, namespace, ttl: '1h' })
  await other.ready()
  const problems: string[] = []
  for (const [one, two] of [
    [victim, other],
    [other, victim],
  ] as const) {
    const { status } = await one.set('after', 1)
    if (status !== 'committed') problems.push('an invalidation was deferred after the flood')
    await two.get('after')
    await one.set('after', 2)
    const until = performance.now() + DELTA_MS
    while (performance.now() < until && (await two.get('after')) !== 2) await pause(5)
    if ((await two.get('after')) !== 2) problems.push('a value was stale for longer than Δ after the flood')
  }
  const { status } = await victim.health()
  if (status !== 'healthy') problems.push(`the victim was ${status} after the flood`)
  return problems
}
