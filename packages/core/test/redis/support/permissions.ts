import type { Redis } from 'ioredis'

/*
 * The least a Redis user of a cache needs, for the documentation to quote. With `namespace: 'shop'`:
 *
 *   ACL SETUSER app on >password resetkeys resetchannels ~{shop:* &{shop:* -@all +get +mget +evalsha ...
 *
 * `ping` is for health, `scan` for deleteMatching alone. A database other than 0 needs
 * `select`, a Cluster what CLUSTER_COMMANDS adds. `hello` and `auth` need no permission.
 */
export const COMMANDS: readonly string[] = [
  // reads
  'get',
  'mget',
  // scripts, and what they call
  'evalsha',
  'eval',
  'set',
  'del',
  'unlink',
  'exists',
  'append',
  'getrange',
  'setrange',
  'pttl',
  'pexpire',
  'hmget',
  'hset',
  'hgetall',
  'xadd',
  'xrange',
  'time',
  // the bus
  'publish',
  'subscribe',
  // the connection and the operator's tools
  'ping',
  'scan',
]

/** In addition, on every node of a Cluster. */
export const CLUSTER_COMMANDS: readonly string[] = ['info', 'cluster|slots', 'cluster|info']

export const PASSWORD: string = 'correct horse'

/** Makes a user who may do this, within one namespace. */
export async function allow(
  client: Redis,
  user: string,
  namespace: string,
  commands: readonly string[],
): Promise<void> {
  const scope = ['resetkeys', 'resetchannels', `~{${namespace}:*`, `&{${namespace}:*`]
  const list = commands.map(name => `+${name}`)
  await client.call('ACL', 'SETUSER', user, 'on', `>${PASSWORD}`, ...scope, '-@all', ...list)
}

/** Commands that were refused to a user, `key` or `channel` for a name out of bounds. */
export async function refused(client: Redis, user: string): Promise<string[]> {
  const log = (await client.call('ACL', 'LOG', '10000')) as unknown[]
  const entries = log.map(entry =>
    Array.isArray(entry)
      ? new Map(
          entry.flatMap((name: unknown, i) => (i % 2 === 0 ? [[String(name), String(entry[i + 1])]] : [])),
        )
      : new Map(Object.entries(entry as object)),
  )
  return entries
    .filter(entry => entry.get('username') === user)
    .map(entry => (entry.get('reason') === 'command' ? entry.get('object') : entry.get('reason')) as string)
    .filter(name => !name.startsWith('client')) // the client's own name and version, which it does without
}
