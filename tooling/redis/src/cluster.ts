import { randomBytes } from 'node:crypto'

import { ask, until } from './ask.ts'
import { freePort, type RedisServer, startRedis } from './server.ts'

/** Masters that share all slots, without replicas. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[]
  readonly stop: () => Promise<void>
}

interface Node {
  readonly id: string
  readonly port: number
  readonly slots: string
}

/** Starts a cluster of masters and resolves when every one of them reports it whole: about two seconds. */
export async function startCluster(masters = 3): Promise<RedisCluster> {
  const plan = await planNodes(masters)
  const started = await Promise.allSettled(plan.map(me => startNode(me, plan)))
  const nodes = started.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map(node => node.stop()))
  }
  try {
    for (const result of started) if (result.status === 'rejected') throw result.reason
    await until(15_000, 'the cluster', async () => {
      const states = await Promise.all(nodes.map(node => ask(node.port, 'CLUSTER INFO')))
      return states.every(state => state.includes('cluster_state:ok'))
    })
  } catch (error) {
    await stop()
    throw error
  }
  return { nodes, stop }
}

async function planNodes(masters: number): Promise<Node[]> {
  const share = Math.ceil(16_384 / masters)
  const ports = new Set<number>()
  while (ports.size < masters) ports.add(await freePort(55_535)) // a node also listens on its port + 10 000
  return [...ports].map((port, i) => ({
    id: randomBytes(20).toString('hex'),
    port,
    slots: `${i * share}-${Math.min(16_383, (i + 1) * share - 1)}`,
  }))
}

/** Each node reads who the others are from a file written beforehand, so that nothing has to be gossiped. */
function startNode(me: Node, plan: readonly Node[]): Promise<RedisServer> {
  const lines = plan.map(({ id, port, slots }, i) => {
    const self = port === me.port ? 'myself,' : ''
    return `${id} 127.0.0.1:${port}@${port + 10_000} ${self}master - 0 0 ${i + 1} connected ${slots}\n`
  })
  const files = { 'nodes.conf': `${lines.join('')}vars currentEpoch ${plan.length} lastVoteEpoch 0\n` }
  const cluster = [
    '--cluster-enabled',
    'yes',
    '--cluster-node-timeout',
    '1000',
    '--cluster-config-file',
    'nodes.conf',
  ]
  return startRedis(cluster, { port: me.port, files })
}
