import { startCluster, startRedis, startSentinel, startTlsRedis } from '@tiercache/redis-server'
import type { Address, Target } from './contender.ts'
import type { Links } from './link.ts'
import { Proxy } from './proxy.ts'
import { Server } from './server.ts'

export type TopologyName = 'standalone' | 'sentinel' | 'cluster' | 'tls' | 'acl'

/** Servers, and the way to them. */
export interface Topology {
  readonly name: TopologyName
  /** Servers that hold data. */
  readonly servers: readonly Server[]
  /** The servers that take writes now. */
  readonly primaries: () => Promise<readonly Server[]>
  /** What a sentinel answers to a command. */
  readonly askSentinel: (...command: [string, ...string[]]) => Promise<unknown>
  /** The user that instances connect as, where it is not the default one. */
  readonly user: string | undefined
  /** What an instance is to be given, so that everything it does passes its links. */
  readonly connect: (links: Links) => Promise<Target>
  readonly stop: () => Promise<void>
}

/** What servers need for the faults. */
const DEBUG = ['--enable-debug-command', 'yes', '--loading-process-events-interval-bytes', '1024']
const SENTINEL_NAME = 'm'
const PASSWORD = 'correct horse'

/*
 * The permissions that the README of the cache documents, to the letter.
 */
const PERMISSIONS =
  '-@all +get +mget +evalsha +eval +set +del +unlink +exists +append +getrange +setrange +pttl +pexpire +hmget +hset +hgetall +xadd +xrange +time +publish +subscribe +ping +scan'

/** What makes the user who may do no more than this within one namespace. */
export function userCommand(user: string, namespace: string): readonly [string, ...string[]] {
  const scope = ['resetkeys', 'resetchannels', `~{${namespace}:*`, `&{${namespace}:*`]
  return ['ACL', 'SETUSER', user, 'on', `>${PASSWORD}`, ...scope, ...PERMISSIONS.split(' ')]
}

/** Starts servers of our own; resolves when they can be used. */
export async function openTopology(name: TopologyName, namespace: string): Promise<Topology> {
  const proxies: Proxy[] = []
  const lead = async (to: Address, links: Links): Promise<Address> => {
    const proxy = await Proxy.to(to, links)
    proxies.push(proxy)
    return proxy.address
  }
  const parts = await PARTS[name](lead, namespace)
  const stop = async (): Promise<void> => {
    for (const proxy of proxies) await proxy[Symbol.asyncDispose]()
    await parts.stop()
  }
  return {
    name,
    askSentinel: () => Promise.reject(new Error(`There are no sentinels in ${name}.`)),
    user: undefined,
    primaries: () => Promise.resolve(parts.servers),
    ...parts,
    stop,
  }
}

type Lead = (to: Address, links: Links) => Promise<Address>
type Parts = Pick<Topology, 'servers' | 'connect' | 'stop'> & Partial<Topology>

const PARTS: Record<TopologyName, (lead: Lead, namespace: string) => Promise<Parts>> = {
  standalone: async lead => {
    const server = new Server(await startRedis(DEBUG), DEBUG)
    return {
      servers: [server],
      connect: async links => ({
        kind: 'server',
        url: `redis://${hostOf(await lead(local(server.port), links))}`,
      }),
      stop: () => server.stop(),
    }
  },
  acl: async (lead, namespace) => {
    const server = new Server(await startRedis(DEBUG), DEBUG)
    const user = 'app'
    await server.tell(userCommand(user, namespace))
    const auth = `${user}:${encodeURIComponent(PASSWORD)}`
    return {
      user,
      servers: [server],
      connect: async links => ({
        kind: 'server',
        url: `redis://${auth}@${hostOf(await lead(local(server.port), links))}`,
      }),
      stop: () => server.stop(),
    }
  },
  tls: async lead => {
    const started = await startTlsRedis(DEBUG)
    const { ca } = started
    const server = new Server(started, DEBUG, ca)
    return {
      servers: [server],
      connect: async links => ({
        kind: 'server',
        ca,
        url: `rediss://${hostOf(await lead(local(server.port), links))}`,
      }),
      stop: () => server.stop(),
    }
  },
  cluster: async lead => {
    const cluster = await startCluster(3)
    const servers = cluster.nodes.map(node => new Server(node))
    return {
      servers,
      connect: async links => {
        const natMap = await mapOf(servers, links, lead)
        return { kind: 'cluster', nodes: Object.values(natMap), natMap }
      },
      stop: () => cluster.stop(),
    }
  },
  sentinel: async lead => {
    const group = await startSentinel()
    const servers = [new Server(group.master), new Server(group.replica)]
    const sentinels = group.sentinels.map(sentinel => new Server(sentinel))
    const askSentinel: Topology['askSentinel'] = async (...command) => {
      const [reply] = (await sentinels[0]?.tell(command)) ?? []
      return reply
    }
    const primaries = async (): Promise<readonly Server[]> => {
      const address = (await askSentinel('SENTINEL', 'get-master-addr-by-name', SENTINEL_NAME)) as string[]
      return servers.filter(server => server.port === Number(address[1]))
    }
    return {
      servers,
      askSentinel,
      primaries,
      connect: async links => ({
        kind: 'sentinel',
        sentinels: sentinels.map(({ port }) => local(port)),
        name: SENTINEL_NAME,
        natMap: await mapOf(servers, links, lead),
      }),
      stop: async () => {
        // Those that were killed and restarted are no longer the group's own.
        await Promise.all(servers.map(server => server.stop()))
        await group.stop()
      },
    }
  },
}

function local(port: number): Address {
  return { host: '127.0.0.1', port }
}

function hostOf({ host, port }: Address): string {
  return `${host}:${port}`
}

async function mapOf(servers: readonly Server[], links: Links, lead: Lead): Promise<Record<string, Address>> {
  const entries = servers.map(
    async ({ port }) => [hostOf(local(port)), await lead(local(port), links)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}
