import type { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { messageFirst } from '../../src/redis/message-first.ts'

function client(status: string, ping: () => Promise<string> = () => Promise.resolve('PONG')) {
  const done: string[] = []
  const note = (what: string) => (): void => void done.push(what)
  const redis = {
    status,
    stream: { cork: note('cork'), uncork: note('uncork') },
    ping: () => {
      done.push('ping')
      return ping()
    },
  } as unknown as Redis
  const send = (): Promise<string> => {
    done.push('send')
    return Promise.resolve('sent')
  }
  return { done, sent: () => messageFirst(redis, send), redis }
}

test('a PING goes ahead in the same packet', async () => {
  const { done, sent } = client('ready')
  expect(await sent()).toBe('sent')
  expect(done).toEqual(['cork', 'ping', 'send', 'uncork'])
})

test('a connection that is not up gets the command alone', async () => {
  const { done, sent } = client('reconnecting')
  expect(await sent()).toBe('sent')
  expect(done).toEqual(['send'])
})

test('a PING that fails is nobody’s failure', async () => {
  const { sent } = client('ready', () => Promise.reject(new Error('NOPERM')))
  expect(await sent()).toBe('sent')
})

test('a command that cannot be sent leaves the connection usable', () => {
  const { done, redis } = client('ready')
  const send = (): Promise<string> => {
    throw new Error('no')
  }
  expect(() => messageFirst(redis, send)).toThrow('no')
  expect(done).toEqual(['cork', 'ping', 'uncork'])
})
