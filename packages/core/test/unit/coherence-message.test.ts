import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatRecord,
  formatTargets,
  formatWake,
  parseMessage,
  parseTargets,
} from '../../src/coherence/message.ts'

const word = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019-_')), minLength: 1, maxLength: 8 })
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
const record = fc.record(
  {
    seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    nonce: word,
    origin: word,
    payload: fc.string(),
  },
  { noNullPrototype: true },
)

test('a record is read as it was written, whatever its payload', () => {
  fc.assert(
    fc.property(word, word, record, (epoch, previous, given) => {
      fc.pre(epoch !== 'F')
      expect(parseMessage(formatRecord(epoch, previous, given))).toStrictEqual({
        type: 'record',
        epoch,
        previous,
        ...given,
      })
    }),
  )
})

test('a wake-up is read as it was written', () => {
  fc.assert(
    fc.property(name, id => {
      expect(parseMessage(formatWake(id))).toStrictEqual({ type: 'wake', id })
    }),
  )
})

test('targets are read as they were written', () => {
  const names = fc.array(name, { maxLength: 4 })
  fc.assert(
    fc.property(
      fc.record(
        {
          keys: names,
          tags: names,
          prefixes: fc.array(fc.string(), { maxLength: 3 }),
          soft: fc.boolean(),
        },
        { noNullPrototype: true },
      ),
      targets => {
        expect(parseTargets(formatTargets(targets))).toStrictEqual(targets)
      },
    ),
  )
})

test.each([
  [''],
  ['x'],
  ['e|1|p|n'],
  ['e|0|p|n|o|{}'],
  ['e|-1|p|n|o|{}'],
  ['e|1.5|p|n|o|{}'],
  ['e|NaN|p|n|o|{}'],
  ['e|9007199254740993|p|n|o|{}'],
  ['e||p|n|o|{}'],
  [`e|1|p|n|o|${'x'.repeat(65_536)}`],
])('%.20j is no message', text => {
  expect(parseMessage(text)).toBe(undefined)
})

test.each([
  [''],
  ['null'],
  ['5'],
  ['"k"'],
  ['{'],
  ['{"k":5}'],
  ['{"k":[5]}'],
  ['{"t":"a"}'],
  ['{"p":[null]}'],
  ['{"k":{"length":1}}'],
])('%s names no targets', payload => {
  expect(parseTargets(payload)).toBe(undefined)
})

test('a list of nothing and unknown fields are no targets but no error either', () => {
  for (const payload of ['{}', '[]', '{"x":1,"__proto__":{"k":["a"]}}', '{"s":true}']) {
    expect(parseTargets(payload)).toStrictEqual({ keys: [], tags: [], prefixes: [], soft: false })
  }
})

test('no text makes them throw, and what they read is well-formed', () => {
  const broken = fc.oneof(
    fc.string({ unit: fc.nat(0xffff).map(unit => String.fromCharCode(unit)) }),
    fc.json(),
    fc
      .tuple(fc.array(fc.oneof(word, fc.string(), fc.integer().map(String)), { maxLength: 8 }))
      .map(([list]) => list.join('|')),
    fc.tuple(word, word, record, fc.nat(60), fc.string()).map(([epoch, previous, given, at, junk]) => {
      const text = formatRecord(epoch, previous, given)
      return text.slice(0, at) + junk + text.slice(at + 1)
    }),
  )
  fc.assert(
    fc.property(broken, text => {
      const message = parseMessage(text)
      if (message?.type === 'record') {
        expect(Number.isSafeInteger(message.seq) && message.seq > 0).toBe(true)
        expect(typeof message.payload).toBe('string')
      }
      for (const payload of message?.type === 'record' ? [text, message.payload] : [text]) {
        const targets = parseTargets(payload)
        for (const one of [
          ...(targets?.keys ?? []),
          ...(targets?.tags ?? []),
          ...(targets?.prefixes ?? []),
        ]) {
          expect(typeof one).toBe('string')
        }
      }
    }),
    { numRuns: 3000 },
  )
})
