import type { Life } from './contender.ts'

/** How the keys of a group are used. */
export interface Group {
  readonly name: string
  readonly size: number
  /** How many tags its keys share. 0: none. */
  readonly tags: number
  readonly ttlMs: number
  readonly graceMs: number
}

export type GroupName = 'hot' | 'swr' | 'set' | 'calm' | 'tail'

const LONG_MS = 300_000
export const SOFT_TTL_MS: number = 1500
export const GRACE_MS: number = 2000

/*
 * Thirty hot keys: `hot` are deleted by key, tag, prefix; `swr` live for a short time, expire softly and are served stale while they are
 * loaded anew; `set` are written through, one write of a row at a time, as an application that sets has to; `calm` hardly ever change,
 * so that what is missed stays wrong for long enough to be seen. And a long tail.
 */
export const GROUPS: Readonly<Record<GroupName, Group>> = {
  hot: { name: 'hot', size: 12, tags: 3, ttlMs: LONG_MS, graceMs: 0 },
  swr: { name: 'swr', size: 6, tags: 2, ttlMs: SOFT_TTL_MS, graceMs: GRACE_MS },
  set: { name: 'set', size: 6, tags: 0, ttlMs: LONG_MS, graceMs: 0 },
  calm: { name: 'calm', size: 6, tags: 6, ttlMs: LONG_MS, graceMs: 0 },
  tail: { name: 'tail', size: 10_000, tags: 100, ttlMs: LONG_MS, graceMs: 0 },
}

export function groupOf(key: string): Group {
  return GROUPS[key.slice(0, key.indexOf(':')) as GroupName] ?? GROUPS.calm
}

export function tagOf(key: string): string {
  const { name, tags } = groupOf(key)
  return tags === 0 ? name : `${name}-tag-${Number(key.slice(key.indexOf(':') + 1)) % tags}`
}

export function lifeOf(key: string): Life {
  const { ttlMs, graceMs } = groupOf(key)
  return { tags: [tagOf(key)], ttlMs, graceMs }
}

/** A key of a group. In the long tail the chance of a key falls as one over its rank. */
export function pick(name: GroupName, random: () => number): string {
  const { size } = GROUPS[name]
  const at = name === 'tail' ? Math.floor(size ** random()) - 1 : Math.floor(random() * size)
  return `${name}:${at}`
}

/** All keys of the small groups. */
export const HOT_KEYS: readonly string[] = (['hot', 'swr', 'set', 'calm'] as const).flatMap(name =>
  Array.from({ length: GROUPS[name].size }, (_, i) => `${name}:${i}`),
)
