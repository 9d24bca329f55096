import { expect, test } from 'vitest'
import { CacheError } from '../../src/errors.ts'
import { Reader } from '../../src/redis/reader.ts'
import { HandClock, settled } from './support.ts'

interface World {
  readonly read: (key: string) => Promise<Buffer | undefined>
  readonly clock: HandClock
  readonly commands: string[][]
  readonly answer: (index: number, error?: Error) => Promise<void>
}

/** A Redis of which each command is answered by hand. */
function world(): World {
  const clock = new HandClock()
  const commands: string[][] = []
  const replies: PromiseWithResolvers<(Buffer | null)[]>[] = []
  const fetch = (keys: readonly string[]): Promise<(Buffer | null)[]> => {
    commands.push([...keys])
    const reply = Promise.withResolvers<(Buffer | null)[]>()
    replies.push(reply)
    return reply.promise
  }
  const reader = new Reader({ one: async key => (await fetch([key]))[0] ?? null, many: fetch }, run =>
    clock.soon(run),
  )
  const read: World['read'] = key => new Promise((found, failed) => reader.read(key, { found, failed }))
  const answer = async (index: number, error?: Error): Promise<void> => {
    const values = (commands[index] ?? []).map(key => (key === 'none' ? null : Buffer.from(key)))
    if (error === undefined) replies[index]?.resolve(values)
    else replies[index]?.reject(error)
    await settled()
  }
  return { read, clock, commands, answer }
}

test('while nothing is under way a read does not wait for the end of the turn', async () => {
  const { read, commands, answer } = world()
  const found = read('a')
  await settled()
  expect(commands).toStrictEqual([['a']])
  await answer(0)
  expect(await found).toStrictEqual(Buffer.from('a'))
  void read('b')
  await settled()
  expect(commands).toStrictEqual([['a'], ['b']])
})

test('while others are under way the reads of one turn travel together, and each gets its own value', async () => {
  const { read, clock, commands, answer } = world()
  void read('first')
  await settled()
  const found = ['a', 'none', 'a'].map(key => read(key))
  await settled()
  found.push(read('b'))
  expect(commands).toStrictEqual([['first']])
  clock.endTurn()
  expect(commands).toStrictEqual([['first'], ['a', 'none', 'a', 'b']])
  await answer(1)
  expect(await Promise.all(found)).toStrictEqual([
    Buffer.from('a'),
    undefined,
    Buffer.from('a'),
    Buffer.from('b'),
  ])
})

test('very many reads are few commands, none of them too long', async () => {
  const { read, clock, commands } = world()
  for (let i = 0; i < 1000; i++) void read(`k${i}`)
  clock.endTurn()
  await settled()
  expect(commands.flat().toSorted()).toStrictEqual(Array.from({ length: 1000 }, (_, i) => `k${i}`).toSorted())
  expect(commands.length).toBeLessThan(10)
  expect(Math.max(...commands.map(keys => keys.length))).toBeLessThanOrEqual(256)
})

test('an error reaches everybody who shared the command, and nobody else', async () => {
  const { read, clock, answer } = world()
  const first = read('first')
  await settled()
  const shared = [read('a'), read('b')]
  clock.endTurn()
  const failed = Promise.all(shared.map(one => expect(one).rejects.toThrow('gone')))
  await answer(1, new Error('gone'))
  await answer(0)
  await failed
  expect(await first).toStrictEqual(Buffer.from('first'))
})

test('after an error the way is free again', async () => {
  const { read, commands, answer } = world()
  const first = expect(read('a')).rejects.toThrow('gone')
  await settled()
  await answer(0, new Error('gone'))
  await first
  void read('b')
  await settled()
  expect(commands).toStrictEqual([['a'], ['b']])
})

test('a key of another type has bytes that nobody can read, and is no error', async () => {
  const { read, answer } = world()
  const found = read('a list')
  await settled()
  const cause = new Error('WRONGTYPE Operation against a key holding the wrong kind of value')
  await answer(0, new CacheError('E_REDIS', 'Redis failed GET', { cause }))
  expect(await found).toStrictEqual(Buffer.alloc(0))
})
