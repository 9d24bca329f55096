import { CacheError } from '../../../packages/core/src/errors.ts'
import type { CallOptions } from '../../../packages/core/src/policy.ts'
import type { Read } from '../history/history.ts'
import type { Row, Value } from './database.ts'
import type { Life } from './instance.ts'
import { Loading, PlannedError } from './loading.ts'
import { noise } from './noise.ts'
import type { ReadMethod, World } from './plan.ts'
import type { Scene } from './scene.ts'
import { isUnconfirmed } from './unconfirmed.ts'

/** The database is quick and well from `quiet` on; `settled`: what is read must be what the database has. */
export type Phase = 'busy' | 'quiet' | 'settled'

interface Answer {
  readonly value: Value | undefined
  readonly stale: boolean
  readonly tier: Read['tier']
}

const OWN_TTL_SHARE = 0.1
const OWN_TTL_MS = 150
const PATIENT_MS = 5000

/** Reads one way, and writes down what came back; calls that reject answer nothing. Resolves when the call has settled. */
export async function read(
  scene: Scene,
  life: Life,
  method: ReadMethod,
  rows: readonly Row[],
  dice: number,
  phase: Phase = 'busy',
): Promise<void> {
  const { recorder } = scene
  const asked = method.endsWith('Many') ? sharing(rows, method) : rows.slice(0, 1)
  const [first] = asked
  if (first === undefined) return
  const t0 = recorder.stamp()
  const ended = recorder.begin(life, method, first.id, t0, readBudgetMs(scene.plan.world, phase))
  const answers = await ask(scene, life, method, asked, dice, phase).catch((error: unknown) => {
    if (!isExpected(error)) recorder.unexpected(`${method} of ${first.id} on #${life.instance}`, error)
    return []
  })
  const t1 = recorder.stamp()
  ended(t1)
  for (const [i, row] of asked.entries()) {
    const { value, stale = false, tier } = answers[i] ?? { value: undefined, tier: undefined }
    recorder.read({
      instance: life.instance,
      life: life.number,
      key: row.id,
      how: method,
      t0,
      t1,
      version: value?.version,
      valueKey: value?.key ?? row.id,
      stale,
      tier,
      settled: phase === 'settled',
      unconfirmed: isUnconfirmed(value),
    })
  }
}

/**
 * How long a read may take: a SYNC with all that may come before it, then twice, if an invalidation came in between, a look-up and a
 * load that others may hold the right to.
 */
function readBudgetMs({ deadlineMs, hardMs }: World, phase: Phase): number {
  return 5 * deadlineMs + 2 * (2 * deadlineMs + (phase === 'settled' ? PATIENT_MS : hardMs)) + 50
}

function isExpected(error: unknown): boolean {
  return (
    error instanceof PlannedError ||
    (error instanceof CacheError && ['E_TIMEOUT', 'E_CLOSED'].includes(error.code))
  )
}

async function ask(
  scene: Scene,
  life: Life,
  method: ReadMethod,
  rows: readonly Row[],
  dice: number,
  phase: Phase,
): Promise<Answer[]> {
  const [row] = rows
  if (row === undefined) return []
  const cache = life.in(row.namespaces)
  const loading = new Loading(scene, life, dice, phase !== 'busy')
  const tags = [...new Set(rows.flatMap(one => one.tags))]
  const options: CallOptions<Value> = {
    ...((!loading.setsTags || method === 'getOrSetMany') && { tags }),
    ...(method === 'fresh' && { fresh: true }),
    ...(noise(dice, 8, 0) < OWN_TTL_SHARE && { ttl: OWN_TTL_MS }),
    // When all is quiet, nothing but what the database has will do.
    ...(phase === 'settled' && { swr: false, timeouts: { soft: PATIENT_MS, hard: PATIENT_MS } }),
  }
  // A value that comes without its circumstances may be stale wherever a stale one is kept.
  const mayBeStale = scene.plan.world.graceMs > 0
  switch (method) {
    case 'get':
      return [plain(await cache.get<Value>(row.key), false)]
    case 'getSync':
      return [plain(cache.getSync<Value>(row.key), false, 'memory')]
    case 'getMany':
      return (await cache.getMany<Value>(rows.map(one => one.key))).map(value => plain(value, false))
    case 'getEntry':
      return [view(await cache.getEntry<Value>(row.key))]
    case 'getOrSetMany': {
      const load = (keys: string[]): Promise<Value[]> =>
        loading.many(keys.flatMap(key => rows.find(one => one.key === key) ?? []))
      const values = await cache.getOrSetMany<Value, string>(
        rows.map(one => one.key),
        load,
        options,
      )
      return values.map(value => plain(value, mayBeStale))
    }
    case 'getOrSet':
      if (!mayBeStale)
        return [
          plain(await cache.getOrSet<Value>(row.key, context => loading.one(row, context), options), false),
        ]
      return [view(await cache.getOrSetEntry<Value>(row.key, context => loading.one(row, context), options))]
    default:
      return [view(await cache.getOrSetEntry<Value>(row.key, context => loading.one(row, context), options))]
  }
}

/** A call for many keys is of one namespace; and where it loads, all that it loads has the same tags. */
function sharing(rows: readonly Row[], method: ReadMethod): Row[] {
  const place = rows[0]?.namespaces.join('/')
  const together = [...new Set(rows)].filter(row => row.namespaces.join('/') === place)
  return method === 'getMany' ? together : together.filter(row => row.kind !== 'moving')
}

function plain(value: Value | undefined, stale: boolean, tier?: Read['tier']): Answer {
  return { value, stale, tier }
}

function view(
  found: { readonly value: Value; readonly stale: boolean; readonly tier: Read['tier'] } | undefined,
): Answer {
  return { value: found?.value, stale: found?.stale ?? false, tier: found?.tier }
}
