import type { WriteOptions } from '../../../packages/core/src/policy.ts'
import type { Invalidation } from '../../../packages/core/src/writer.ts'
import type { Database, Row, Value } from './database.ts'
import type { Life } from './instance.ts'
import { noise } from './noise.ts'
import type { Call } from './plan.ts'
import { covers, GROUPS, type Prefix, PREFIXES, SPACES, TAGS } from './rows.ts'

/** A call that invalidates, as the application makes it once the database has what it tells of. */
export interface Intent {
  readonly how: string
  readonly soft: boolean
  /** What is served afterwards must not be older than these rows are when it is called. */
  readonly concerns: readonly Row[]
  readonly call: (options: WriteOptions) => Promise<Invalidation>
}

/** Whether a call names tags or prefixes, and concerns whatever has them. */
export function isBroad({ method }: Call): boolean {
  return /Tag$|Prefix$|^clear$|All$/.test(method)
}

/** The rows that a planned write is about. */
export function rowsOf(database: Database, { method, rows, target }: Call): readonly Row[] {
  const named = [...new Set(rows)].flatMap(index => database.rows[index] ?? [])
  switch (method) {
    case 'move':
      return named.filter(row => row.kind === 'moving').slice(0, 1)
    case 'set':
      return named.filter(row => row.kind === 'set').slice(0, 1)
    case 'setMany':
      return ofOneSpace(named.filter(row => row.kind === 'set'))
    case 'deleteMany':
      return ofOneSpace(named)
    case 'deleteByTag':
    case 'expireByTag':
      // Values of a row that moves may have the tag of another group still.
      return database.rows.filter(row => !row.isMoving && database.tagsOf(row).includes(tagAt(target)))
    case 'deleteByPrefix':
    case 'expireByPrefix':
      return database.rows.filter(row => covers(prefixAt(target), row.id))
    case 'clear':
    case 'expireAll':
      return database.rows.filter(row => covers({ namespaces: spaceAt(target), key: '' }, row.id))
    default:
      return named.slice(0, 1)
  }
}

/** Changes the rows that a call changes, and says what to tell the cache. */
export function change(life: Life, rows: readonly Row[], call: Call): Intent {
  const groups = rows.map(row => row.group)
  // Rows whose writers take turns are changed in their turn only; a broad call concerns them as they are.
  for (const row of rows) if (!isBroad(call) || row.kind === 'free') row.version++
  if (call.method === 'move') for (const row of rows) move(row, call.dice)
  return intentOf(life, rows, call, groups)
}

/** Deletes rows by key, in whatever namespaces they are. */
export function deletion(life: Life, concerns: readonly Row[]): Intent {
  const call = async (options: WriteOptions): Promise<Invalidation> => {
    const spaces = Map.groupBy(concerns, row => row.namespaces.join('/'))
    const results = await Promise.all(
      [...spaces.values()].map(rows =>
        life.in(rows[0]?.namespaces ?? []).deleteMany(
          rows.map(row => row.key),
          options,
        ),
      ),
    )
    const done = Promise.all(results.map(one => one.done)).then(() => {})
    done.catch(() => {}) // whoever asked looks at it when it is deferred
    return { status: results.every(one => one.status === 'committed') ? 'committed' : 'deferred', done }
  }
  return { how: 'delete again', soft: false, concerns, call }
}

function intentOf(
  life: Life,
  rows: readonly Row[],
  { method, target }: Call,
  groups: readonly number[],
): Intent {
  const cache = life.in(rows[0]?.namespaces ?? [])
  const prefix = prefixAt(target)
  const keys = rows.map(row => row.key)
  const soft = method.startsWith('expire')
  const intent = (call: Intent['call']): Intent => ({ how: method, soft, concerns: rows, call })
  switch (method) {
    case 'set':
    case 'setMany': {
      const values = rows.map(row => [row.key, { key: row.id, version: row.version }] as const)
      const tags = [...new Set(rows.flatMap(row => row.tags))]
      return intent(options => cache.setMany<Value>(values, { ...options, tags }))
    }
    case 'expire':
      return intent(options => cache.expire(keys[0] ?? '', options))
    case 'deleteByTag':
      return intent(options => cache.deleteByTag(tagAt(target), options))
    case 'expireByTag':
      return intent(options => cache.expireByTag(tagAt(target), options))
    case 'deleteByPrefix':
      return intent(options => life.in(prefix.namespaces).deleteByPrefix(prefix.key, options))
    case 'expireByPrefix':
      return intent(options => life.in(prefix.namespaces).expireByPrefix(prefix.key, options))
    case 'clear':
      return intent(options => life.in(spaceAt(target)).clear(options))
    case 'expireAll':
      return intent(options => life.in(spaceAt(target)).expireAll(options))
    case 'move': {
      const tags = [...groups, ...rows.map(row => row.group)].map(group => GROUPS[group] ?? '')
      return intent(options => cache.deleteByTag(tags, options))
    }
    case 'delete':
      return intent(options => cache.delete(keys[0] ?? '', options))
    default:
      return intent(options => cache.deleteMany(keys, options))
  }
}

function move(row: Row, dice: number): void {
  row.isMoving = true
  row.group = (row.group + 1 + Math.floor(noise(dice, 9, 0) * (GROUPS.length - 1))) % GROUPS.length
}

function ofOneSpace(rows: readonly Row[]): readonly Row[] {
  const space = rows[0]?.namespaces.join('/')
  return rows.filter(row => row.namespaces.join('/') === space)
}

function tagAt(target: number): string {
  return [...TAGS, ...GROUPS][target % (TAGS.length + GROUPS.length)] ?? ''
}

function prefixAt(target: number): Prefix {
  return PREFIXES[target % PREFIXES.length] ?? { namespaces: [], key: 'p' }
}

function spaceAt(target: number): readonly string[] {
  return SPACES[target % SPACES.length] ?? []
}
