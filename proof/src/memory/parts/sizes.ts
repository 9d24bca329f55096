import { estimateBytes } from '../../../../packages/core/src/memory/size.ts'
import { msgpack } from '../../../../packages/core/src/codec/msgpack.ts'
import { bytesOf } from '../heap.ts'
import type { Measured, Scale } from '../part.ts'

const MB = 2 ** 20
/** How much more a value may take than is estimated, so that `maxBytes` means something. */
const MOST = 2.5

/** Values as services cache them, by what they are. */
const KINDS: Readonly<Record<string, (i: number) => unknown>> = {
  'a short text': i => text(12, i),
  'a text of 1 KB': i => text(1024, i),
  'a text of 500 signs beyond Latin': i => `${'Ω≈ç√∫ 日本 '.repeat(50)}${i}`.normalize(),
  'a buffer of 1 KB': () => Buffer.alloc(1024, 1),
  'a list of 200 numbers': i => Array.from({ length: 200 }, (_, n) => n * 1.5 + i),
  'a row of 8 columns': i => row(i),
  'a page of 50 rows': i => Array.from({ length: 50 }, (_, n) => row(i * 50 + n)),
  'a list of 5 000 rows': i => Array.from({ length: 5000 }, (_, n) => row(i * 5000 + n)),
  'an object by 200 ids': i =>
    Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`id-${i}-${n}-0000000000`, n])),
  'a Map of 200 ids': i => new Map(Array.from({ length: 200 }, (_, n) => [`id-${i}-${n}-0000000000`, n])),
  'a Set of 200 ids': i => new Set(Array.from({ length: 200 }, (_, n) => `id-${i}-${n}-0000000000`)),
  'a tree of 40 nodes': i => tree(i, 3),
}

/** What values of each kind take, against what a limit in bytes counts for them. */
export function sizesPart({ quick }: Scale): Promise<Measured> {
  const codec = msgpack()
  const wanted = (quick ? 4 : 16) * MB
  const rows = Object.entries(KINDS).map(([kind, make]) => {
    const one = estimateBytes(make(0))
    const count = Math.max(10, Math.ceil(wanted / one))
    const { made, all } = bytesOf(() => Array.from({ length: count }, (_, i) => flat(make(i))))
    const estimated = made.reduce((sum: number, value) => sum + estimateBytes(value), 0)
    const encoded = codec.encode(made[0]).length
    return { kind, real: all / count, estimated: estimated / count, ratio: all / estimated, encoded }
  })
  return Promise.resolve({
    checks: rows.map(({ kind, ratio }) => ({
      what: `times what is estimated for it takes ${kind}`,
      is: Number(ratio.toFixed(2)),
      limit: MOST,
      unit: 'times',
    })),
    tables: [
      {
        title: 'What values take, and what `maxBytes` counts for them',
        columns: [
          'value',
          'bytes taken',
          'bytes estimated',
          'taken / estimated',
          'bytes encoded',
          'taken / encoded',
        ],
        rows: rows.map(({ kind, real, estimated, ratio, encoded }) => ({
          cells: [
            kind,
            Math.round(real),
            Math.round(estimated),
            ratio.toFixed(2),
            encoded,
            (real / encoded).toFixed(2),
          ],
          ...(ratio > MOST && { mark: 'bad' as const }),
        })),
        note: 'Values made here. Of values read from Redis the encoded size is counted.',
      },
    ],
  })
}

function text(length: number, i: number): string {
  return Buffer.alloc(length, `${i} lorem ipsum dolor `).toString('latin1')
}

function row(i: number): Record<string, unknown> {
  return {
    id: i,
    name: text(18, i),
    email: text(24, i),
    price: i * 1.25,
    stock: i % 100,
    active: i % 2 === 0,
    created: new Date(i * 1000),
    note: i % 3 === 0 ? null : text(30, i),
  }
}

function tree(i: number, depth: number): Record<string, unknown> {
  const children = depth === 0 ? [] : [tree(i, depth - 1), tree(i + 1, depth - 1), tree(i + 2, depth - 1)]
  return { id: i, label: text(10, i), children }
}

/** A text put together from parts takes more until it is read. */
function flat<T>(value: T): T {
  if (typeof value === 'string') Buffer.byteLength(value)
  return value
}
