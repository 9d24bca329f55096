import { expect, test } from 'vitest'
import { Gatherer, type Outcome } from '../../src/gatherer.ts'
import { settled } from './support.ts'

interface World {
  readonly ask: (request: string) => Promise<string>
  readonly sent: string[][]
}

/** Answers each request in capitals, but for those that begin with an exclamation mark; all fail while `gone`. */
function world(gone = false): World {
  const sent: string[][] = []
  const gatherer = new Gatherer<string, string>(
    requests => {
      sent.push([...requests])
      if (gone) return Promise.reject(new Error('gone'))
      const outcome = (text: string): Outcome<string> =>
        text.startsWith('!') ? { error: new Error(text) } : { value: text.toUpperCase() }
      return Promise.resolve(requests.map(outcome))
    },
    request => request.length,
  )
  return { ask: request => gatherer.ask(request), sent }
}

test('requests of one tick travel together, those of another do not, and each has its own outcome', async () => {
  const { ask, sent } = world()
  const first = Promise.allSettled([ask('a'), ask('!b'), ask('a')])
  expect(await first).toMatchObject([{ value: 'A' }, { reason: { message: '!b' } }, { value: 'A' }])
  expect(await ask('c')).toBe('C')
  expect(sent).toStrictEqual([['a', '!b', 'a'], ['c']])
})

test('those that many promises of one moment lead to travel together', async () => {
  const { ask, sent } = world()
  const begun = Promise.withResolvers<void>()
  const asked = ['a', 'b', 'c'].map(async text => {
    await begun.promise
    return ask(text)
  })
  begun.resolve()
  expect(await Promise.all(asked)).toStrictEqual(['A', 'B', 'C'])
  expect(sent).toStrictEqual([['a', 'b', 'c']])
})

test('no more than 128 travel together, and no more than 256 KB unless one alone is larger', async () => {
  const { ask, sent } = world()
  const many = Array.from({ length: 300 }, (_, i) => `k${i}`)
  expect(await Promise.all(many.map(ask))).toStrictEqual(many.map(text => text.toUpperCase()))
  expect(sent.map(({ length }) => length)).toStrictEqual([128, 128, 44])
  const [large, larger] = ['x'.repeat(100_000), 'x'.repeat(300_000)]
  await Promise.all([large, large, large, larger, 'a', 'b'].map(ask))
  expect(sent.slice(3).map(({ length }) => length)).toStrictEqual([2, 1, 1, 2])
})

test('where nothing is known of any, all reject, and the way is free again', async () => {
  const { ask, sent } = world(true)
  const outcomes = Promise.allSettled([ask('a'), ask('b')])
  await settled()
  expect((await outcomes).map(({ status }) => status)).toStrictEqual(['rejected', 'rejected'])
  await expect(ask('c')).rejects.toThrow('gone')
  expect(sent).toStrictEqual([['a', 'b'], ['c']])
})

test('an answer too few is an error and not a wait for ever', async () => {
  const gatherer = new Gatherer<string, string>(() => Promise.resolve([{ value: 'A' }]))
  expect(await Promise.allSettled([gatherer.ask('a'), gatherer.ask('b')])).toMatchObject([
    { value: 'A' },
    { status: 'rejected' },
  ])
})
