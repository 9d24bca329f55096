import { createCache, type KeyPart } from '@tiercache/core'
import { type Dice, diceOf } from './dice.ts'
import { NAMES } from './hostile.ts'

/** Whether any two keys of any two namespaces were taken for one. */
export interface Collisions {
  readonly keys: number
  readonly found: readonly string[]
}

const PIECES: readonly string[] = [
  ...NAMES,
  ':',
  '%',
  '@',
  '#',
  '%3A',
  '%40',
  '@a:',
  'a',
  'b',
  '{',
  '}',
  '{x}',
  '*',
  '?',
  '[',
  '\\',
  '\n',
  'ä',
  '😀',
  ' ',
]

/** Stores a value under each of many keys that look alike, then reads all of them. */
export async function collide(seed: number, count: number): Promise<Collisions> {
  const dice = diceOf(seed)
  await using cache = createCache({ memory: { maxEntries: count * 2, maxBytes: '1gb' }, ttl: '1h' })
  const keys = new Map<
    string,
    { readonly namespaces: readonly string[]; readonly parts: readonly KeyPart[] }
  >()
  while (keys.size < count) {
    const namespaces = Array.from({ length: dice.below(3) }, () => text(dice) || 'n')
    const parts = Array.from({ length: 1 + dice.below(4) }, () => part(dice))
    // What a key means, said in a way that has no escapes: numbers and text that print alike are one key, as documented.
    keys.set(JSON.stringify([namespaces, parts]), { namespaces, parts })
  }
  const all = [...keys]
  const within = (namespaces: readonly string[]): typeof cache =>
    namespaces.reduce<typeof cache>((parent, name) => parent.namespace(name), cache)
  for (const [name, { namespaces, parts }] of all) await within(namespaces).set(parts, name)
  const found: string[] = []
  for (const [name, { namespaces, parts }] of all) {
    const value = await within(namespaces).get<string>(parts)
    if (value !== name) found.push(`${name} and ${value ?? 'nothing'}`)
  }
  return { keys: all.length, found }
}

function text(dice: Dice): string {
  return Array.from({ length: dice.below(5) }, () => dice.pick(PIECES))
    .join('')
    .slice(0, 100)
}

function part(dice: Dice): KeyPart {
  if (dice.below(10) === 0) return { [text(dice)]: text(dice), id: dice.below(5) }
  if (dice.below(40) === 0) return text(dice) + 'x'.repeat(1100) + text(dice)
  return text(dice)
}
