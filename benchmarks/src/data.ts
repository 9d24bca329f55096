/** A value as a service would cache it: rows of one shape. */
export interface Page {
  readonly page: number
  readonly rows: readonly Row[]
}

interface Row {
  readonly id: number
  readonly name: string
  readonly price: number
  readonly stock: number
  readonly isActive: boolean
  readonly updatedAt: string
}

const WORDS = ['oak', 'table', 'lamp', 'linen', 'shelf', 'copper', 'chair', 'glass', 'basket', 'rug']

/** A value whose JSON has about so many bytes, the same for the same `id`. */
export function pageOf(id: number, bytes: number): Page {
  const rows: Row[] = []
  let size = 20
  for (let i = 0; size < bytes - 50; i++) {
    const row = rowOf(id * 131 + i)
    size += JSON.stringify(row).length + 1
    rows.push(row)
  }
  return { page: id, rows }
}

/** So many keys as a service has them. */
export function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `product:${i}`)
}

/** Numbers below `count` in an order that looks random and is the same in every process. */
export function shuffled(count: number, length: number): number[] {
  let state = 0x2545f491
  return Array.from({ length }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % count
  })
}

function rowOf(seed: number): Row {
  const word = (at: number): string => WORDS[(seed + at) % WORDS.length] ?? ''
  return {
    id: 100_000 + seed,
    name: `${word(0)} ${word(seed % 7)}`,
    price: (seed % 9973) / 100,
    stock: seed % 400,
    isActive: seed % 5 !== 0,
    updatedAt: new Date(1_700_000_000_000 + seed * 60_000).toISOString(),
  }
}

const TRIES = 5

/** Writes until Redis has it: on a busy machine a write may miss its deadline, and what is measured would be something else. */
export async function committed(write: () => Promise<{ readonly status: string }>): Promise<void> {
  for (let tried = 1; (await write()).status !== 'committed'; tried++) {
    if (tried === TRIES) throw new Error(`Redis did not take a write in ${TRIES} tries`)
  }
}
