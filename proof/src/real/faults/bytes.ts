import { Redis } from 'ioredis'
import { HOT_KEYS } from '../keys.ts'
import { pass } from '../monotonic.ts'
import type { Server } from '../server.ts'
import { DONE, type Fault, type Harm, pick, type Scene } from './fault.ts'

/** The value keys of hot rows as they are in Redis, wherever they are. */
async function stored({ topology, namespace }: Scene): Promise<{ server: Server; key: string }[]> {
  const found: { server: Server; key: string }[] = []
  for (const server of await topology.primaries()) {
    const [keys] = await server.tell(['KEYS', `{${namespace}:*}:v:*`])
    for (const key of keys as string[])
      if (HOT_KEYS.includes(key.slice(key.indexOf(':v:') + 3))) found.push({ server, key })
  }
  return found
}

/** Random bytes, a key of another type, or a value cut short. */
async function poison(scene: Scene): Promise<Harm> {
  const { random } = scene
  for (const { server, key } of await stored(scene)) {
    const dice = random()
    const bytes = Buffer.from(Array.from({ length: 80 }, () => Math.floor(random() * 256)))
    if (dice < 0.3) await server.tell(['SET', key, bytes])
    else if (dice < 0.5) await server.tell(['DEL', key], ['LPUSH', key, 'not a string'])
    else if (dice < 0.7) await server.tell(['SETRANGE', key, '60', bytes.subarray(0, 4)])
  }
  return DONE
}

/** As another version of the cache would write it. */
async function foreign(scene: Scene): Promise<Harm> {
  for (const { server, key } of await stored(scene))
    if (scene.random() < 0.5) await server.tell(['SETRANGE', key, '1', Buffer.from([9])])
  return DONE
}

/** What was said is said again, in any order, and things that nobody said. */
async function forge(scene: Scene): Promise<Harm> {
  const { topology, namespace, random } = scene
  const server = pick(await topology.primaries(), random)
  const listener = new Redis(server.url, { retryStrategy: () => null })
  listener.on('error', () => {})
  const heard: [channel: string, text: string][] = []
  try {
    await listener.psubscribe(`{${namespace}:*}:ch`)
    listener.on('pmessage', (_, channel: string, text: string) => heard.push([channel, text]))
    await pass(250)
  } finally {
    listener.disconnect()
  }
  const forged = heard
    .slice(0, 40)
    .flatMap(([channel, text]) => lies(text, random).map(lie => [channel, lie] as const))
  for (const [channel, text] of shuffled(forged, random)) await server.tell(['PUBLISH', channel, text])
  return DONE
}

/** `epoch|seq|previous nonce|nonce|origin|payload` as it was, as it could have been, and as it never is. */
function lies(text: string, random: () => number): string[] {
  const [epoch = '', seq = '', previous = '', nonce = '', origin = '', ...payload] = text.split('|')
  const rest = [origin, payload.join('|')]
  const kinds = [
    text,
    [epoch, Number(seq) + 1, nonce, 'forgedAA', ...rest].join('|'),
    [epoch, Number(seq) + 1_000_000, previous, nonce, ...rest].join('|'),
    ['forgedEp', seq, previous, nonce, ...rest].join('|'),
    [epoch, '-1', previous, nonce, ...rest].join('|'),
    text.slice(0, Math.floor(random() * text.length)),
  ]
  return [text, pick(kinds, random)]
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map(one => ({ one, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one)
}

/** Whatever somebody else writes into the same Redis. The names and formats are tiercache's; to others it is noise. */
export const byteFaults: readonly Fault[] = [
  { name: 'values poisoned', kind: 'bytes', lastsMs: [0, 0], begin: poison },
  { name: 'values of another version', kind: 'bytes', lastsMs: [0, 0], begin: foreign },
  {
    name: 'messages repeated and forged',
    kind: 'bytes',
    on: ['standalone', 'sentinel', 'cluster', 'acl'],
    lastsMs: [0, 0],
    begin: forge,
  },
]
