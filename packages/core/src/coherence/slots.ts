import { prefixesOf } from '../key.ts'

/*
 * Tags and prefixes are kept as 65 536 slots that their names hash to, in Redis and in every instance: the table is bounded
 * however many tags there are, and needs no pruning. Two names in one slot invalidate each other: with a hundred
 * invalidations a second of names that are all different, a value that is not concerned is dropped once in eleven minutes on average.
 */
const SLOTS = 65_536
/** The slot of the empty prefix: everything. */
export const EVERYTHING: number = SLOTS

/** The slot of a tag. */
export function tagSlot(tag: string): number {
  return fnv1a(0x74, tag)
}

/** The slot of a prefix. */
export function prefixSlot(prefix: string): number {
  return prefix === '' ? EVERYTHING : fnv1a(0x70, prefix)
}

/** Every slot whose invalidation concerns an entry: everything, its prefixes, its tags. */
export function slotsOf(id: string, tags: readonly string[]): number[] {
  const slots = [EVERYTHING]
  for (const prefix of prefixesOf(id)) slots.push(prefixSlot(prefix))
  for (const tag of tags) slots.push(tagSlot(tag))
  return slots
}

/** Which of `partitions` logs an id belongs to. The same on every instance. */
export function partitionOf(id: string, partitions: number): number {
  return partitions === 1 ? 0 : fnv1a(0x6b, id) % partitions
}

/** FNV-1a over UTF-16 units, folded to 16 bits (Fowler, Noll, Vo; draft-eastlake-fnv). */
function fnv1a(kind: number, text: string): number {
  let hash = Math.imul(0x811c9dc5 ^ kind, 0x01000193)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    if (unit > 0xff) hash = Math.imul(hash ^ (unit >>> 8), 0x01000193)
  }
  return ((hash >>> 16) ^ hash) & 0xffff
}
