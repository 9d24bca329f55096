import type { Trace } from './trace.ts'
import { randomOf } from '../../src/random.ts'

const READS = 120_000
const SEED = 20_240_601

/**
 * A trace of our own making, the same each time on every machine: only sums, products and quotients, no logarithms. It mixes what
 * real ones have: a catalogue whose favourites change, pages that are read once, reports that read a list over and over, and chats
 * that read all they have said before.
 */
export function generate(): Omit<Trace, 'name'> {
  const random = randomOf(SEED)
  const numbers = new Map<string, number>()
  const keys: number[] = []
  const sizes: number[] = []
  const times: number[] = []
  const read = (id: string, size: () => number): void => {
    let number = numbers.get(id)
    if (number === undefined) {
      number = numbers.size
      numbers.set(id, number)
      sizes.push(size())
    }
    keys.push(number)
    times.push(Math.floor(random() * random() * 40))
  }
  const favourite = popularity(6000)
  const shift = (): number => Math.floor(keys.length / 15_000) * 700
  const chats: { id: number; messages: number }[] = []
  let [pages, started] = [0, 0]
  while (keys.length < READS) {
    const kind = random()
    if (kind < 0.9) {
      const rank = favourite(random())
      // One favourite in three gives way to another from time to time.
      const product = rank % 3 === 0 ? (rank + shift()) % 6000 : rank
      read(`product:${product}`, () => scaled(random, 400, 7))
    } else if (kind < 0.96) {
      read(`page:${pages++}`, () => scaled(random, 2000, 6))
    } else if (kind < 0.9605) {
      for (let row = 0; row < 900; row++) read(`report:${row}`, () => scaled(random, 300, 4))
    } else {
      const known = chats[Math.floor(random() * chats.length)]
      const chat = known === undefined || random() < 0.25 ? { id: started++, messages: 0 } : known
      if (chat !== known) chats.push(chat)
      if (chats.length > 40) chats.shift()
      chat.messages += 1 + Math.floor(random() * 3)
      for (let i = 0; i < chat.messages; i++) read(`chat:${chat.id}:${i}`, () => scaled(random, 500, 4))
    }
  }
  const kept = keys.slice(0, READS)
  const unique = kept.reduce((most, key) => Math.max(most, key), -1) + 1
  return {
    keys: Uint32Array.from(kept),
    unique,
    sizes: Float64Array.from(sizes.slice(0, unique)),
    times: Float64Array.from(times.slice(0, READS)),
  }
}

/** Sizes around a middle, up to `doublings` times doubled: many small ones, few large ones. */
function scaled(random: () => number, middle: number, doublings: number): number {
  const doubled = Math.floor(random() * random() * (doublings + 1))
  return Math.floor(middle * (0.5 + random())) * 2 ** doubled
}

/** Ranks by a number from 0 to 1: rank n is 1/n as popular as the first (Zipf). */
function popularity(ranks: number): (at: number) => number {
  const sums: number[] = []
  let sum = 0
  for (let rank = 1; rank <= ranks; rank++) sums.push((sum += 1 / rank))
  return at => {
    let [low, high] = [0, ranks - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < at * sum) low = middle + 1
      else high = middle
    }
    return low
  }
}
