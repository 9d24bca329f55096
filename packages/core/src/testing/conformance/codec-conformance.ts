import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Codec } from '../../codec/codec.ts'
import { type CodecKind, codecValues, EVERY_KIND } from './codec-values.ts'
import type { TestFunction } from './store-world.ts'

/** What `codecConformance` is told about a codec. */
export interface CodecClaims {
  /** The groups of values that come back equal. Default: all but `'bytes'`, which is for codecs of bytes alone. */
  readonly keeps?: readonly CodecKind[]
}

const RANDOM_INPUTS = 500

/**
 * Asserts what the cache needs of a codec: values of the kinds it claims come back strictly equal, in memory of their own;
 * what it is given is not changed; bytes it did not write do no lasting harm. Hand it any `test` function.
 */
export function codecConformance(test: TestFunction, codec: Codec, claims: CodecClaims = {}): void {
  const kinds = claims.keeps ?? EVERY_KIND
  const check = (promise: string, run: () => void): void => {
    test(`${codec.id}: ${promise}`, async () => run())
  }
  check('it has a name, and a flag from 0 to 15', () => {
    assert.ok(typeof codec.id === 'string' && codec.id !== '')
    assert.ok(Number.isInteger(codec.flag) && codec.flag >= 0 && codec.flag <= 15, String(codec.flag))
  })

  for (const kind of kinds) {
    check(`${kind} come back equal, and are not changed by it`, () => {
      const values = codecValues(kind)
      for (const [i, value] of codecValues(kind).entries()) {
        const bytes = codec.encode(value)
        assert.ok(Buffer.isBuffer(bytes), 'it encodes to a Buffer')
        assert.deepEqual(codec.decode(copied(bytes)), values[i])
        assert.deepEqual(value, values[i])
      }
    })

    check(`${kind} that were decoded do not change with the bytes`, () => {
      for (const [i, value] of codecValues(kind).entries()) {
        const bytes = copied(codec.encode(value))
        const decoded = codec.decode(codec.flag === CUSTOM ? copied(bytes) : bytes)
        bytes.fill(0)
        assert.deepEqual(decoded, codecValues(kind)[i])
      }
    })
  }

  check('one value does not change how the next is written', () => {
    const values = kinds.flatMap(kind => codecValues(kind))
    const alone = values.map(value => copied(codec.encode(value)))
    for (const [i, value] of values.entries()) {
      assert.deepEqual(
        codec.decode(copied(codec.encode(value))),
        codec.decode(copied(alone[i] ?? Buffer.alloc(0))),
      )
    }
  })

  check('bytes that it did not write are refused or read as something, and it still works', () => {
    for (let i = 0; i < RANDOM_INPUTS; i++) {
      try {
        codec.decode(randomBytes(i % 64))
      } catch {
        continue
      }
    }
    for (const kind of kinds) {
      const [value] = codecValues(kind)
      assert.deepEqual(codec.decode(copied(codec.encode(value))), value)
    }
  })
}

/** Of its own codecs the cache does not copy the bytes they read. */
const CUSTOM = 15

function copied(bytes: Buffer): Buffer {
  return Buffer.from(bytes)
}
