import type { Setting } from '../real/contender.ts'

/** Where the one server is. Peers are compared on a standalone Redis. */
export function addressOf({ target }: Setting): {
  readonly url: string
  readonly host: string
  readonly port: number
} {
  if (target.kind !== 'server')
    throw new Error('Peers are compared on one server. Take the topology standalone.')
  const { hostname, port } = new URL(target.url)
  return { url: target.url, host: hostname, port: Number(port) }
}
