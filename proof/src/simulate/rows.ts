import type { RowSettings } from './plan.ts'

interface Place {
  readonly namespaces: readonly string[]
  readonly key: string
}

/** Few and close together, so that calls collide: plain keys, keys below each other, keys of nested namespaces. */
const PLACES: readonly Place[] = [
  { namespaces: [], key: 'a' },
  { namespaces: [], key: 'p:1' },
  { namespaces: [], key: 'p:1:x' },
  { namespaces: ['n'], key: 'a' },
  { namespaces: [], key: 'b' },
  { namespaces: ['n'], key: 'p:1' },
  { namespaces: [], key: 'p:2' },
  { namespaces: ['n', 'm'], key: 'c' },
]
export const TAGS: readonly string[] = ['red', 'green']
export const GROUPS: readonly string[] = ['group-0', 'group-1', 'group-2']

/** A prefix that a call may concern; the empty one is everything in its namespaces. */
export interface Prefix {
  readonly namespaces: readonly string[]
  readonly key: string
}

export const PREFIXES: readonly Prefix[] = [
  { namespaces: [], key: 'p' },
  { namespaces: [], key: 'p:1' },
  { namespaces: ['n'], key: 'p' },
  { namespaces: [], key: 'a' },
]
export const SPACES: readonly (readonly string[])[] = [[], ['n'], ['n', 'm']]

/** Three to eight rows. */
export function rowsOf(random: () => number): RowSettings[] {
  const shuffled = PLACES.map(place => ({ place, order: random() })).toSorted((a, b) => a.order - b.order)
  return shuffled.slice(0, 3 + Math.floor(random() * 6)).map(({ place }) => {
    const dice = random()
    const kind = dice < 0.55 ? 'free' : dice < 0.8 ? 'set' : 'moving'
    return { ...place, kind, tags: kind === 'moving' ? [] : TAGS.filter(() => random() < 0.5) }
  })
}

/** The id under which a row is cached: its name in histories. */
export function idOf({ namespaces, key }: Place): string {
  return namespaces.map(name => `@${name}:`).join('') + key
}

/** Whether a prefix concerns an id. */
export function covers(prefix: Prefix, id: string): boolean {
  const path = idOf(prefix).replace(/:$/, '')
  return path === '' || id === path || id.startsWith(`${path}:`)
}
