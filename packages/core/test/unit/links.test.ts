import { EventEmitter } from 'node:events'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Connections } from '../../src/redis/connect.ts'
import { Links } from '../../src/redis/links.ts'
import { HandClock } from './support.ts'

/* A socket that is half closed, under TLS above all, may never say so: ioredis calls the connection ready and refuses every command. */

class Client extends EventEmitter {
  status = 'ready'
  readonly stream = Object.assign(new EventEmitter(), { writable: true })
  readonly disconnect = vi.fn()
  readonly ping = (): Promise<string> => Promise.resolve('PONG')
}

let clock: HandClock
let commands: Client
let subscriber: Client

beforeEach(() => {
  clock = new HandClock()
  commands = new Client()
  subscriber = new Client()
})

function links(owned: boolean): Links {
  const connections = { commands: [commands], subscriber, isCluster: false, owned }
  const listener = { onConnection: () => {}, onError: () => {} }
  return new Links(connections as unknown as Connections, clock, 1000, listener as never)
}

test('a connection that nothing can be written to is left within a second, and another made', async () => {
  links(true)
  await clock.pass(1100)
  expect([commands.disconnect, subscriber.disconnect].map(one => one.mock.calls)).toEqual([[], []])
  commands.stream.writable = false
  subscriber.stream.writable = false
  await clock.pass(1000)
  expect([commands.disconnect, subscriber.disconnect].map(one => one.mock.calls)).toEqual([
    [[true]],
    [[true]],
  ])
})

test('but not one that is being made anew already, nor one that belongs to somebody else', async () => {
  links(false)
  commands.stream.writable = false
  subscriber.stream.writable = false
  subscriber.status = 'reconnecting'
  await clock.pass(3000)
  expect([commands.disconnect, subscriber.disconnect].map(one => one.mock.calls)).toEqual([[], []])
})

test('it ends one socket once', async () => {
  links(true)
  commands.stream.writable = false
  await clock.pass(5000)
  expect(commands.disconnect.mock.calls).toEqual([[true]])
})
