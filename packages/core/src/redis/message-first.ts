import type { Client } from './connect.ts'

/**
 * Sends a command so that whoever it tells something hears of it before the caller has the reply. When Redis has carried out all that it read at once, it
 * answers the clients whom it owes something the last of them first. So it is made to owe this client something already, the reply to a PING in the
 * same packet, when the command adds those that listen. Redis does not promise this order, and nothing depends on it. A Cluster client and a connection that is not up send the
 * command alone.
 */
export function messageFirst<T>(client: Client, send: () => Promise<T>): Promise<T> {
  if (!('stream' in client) || client.status !== 'ready') return send()
  const { stream } = client
  stream.cork()
  try {
    client.ping().catch(() => {}) // what fails it fails the command
    return send()
  } finally {
    stream.uncork()
  }
}
