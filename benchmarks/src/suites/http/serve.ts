import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Figures, Run } from '../../run/contender.ts'
import type { Loaded, LoadTask } from './load.ts'

export interface HttpTask {
  readonly bytes: number
  readonly connections: number
  readonly sliceMs: number
}

/** Measures a server that has a resource of so many bytes at `/<bytes>`. */
export async function measured(server: Server): Promise<Run<HttpTask, Figures>> {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const client = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), { stdio: 'inherit' })
  return async ({ bytes, connections, sliceMs }) => {
    const cpu = process.cpuUsage()
    const loaded = await load(client, { port, path: `/${bytes}`, connections, sliceMs, least: bytes * 0.9 })
    const { user, system } = process.cpuUsage(cpu)
    if (loaded.wrong > 0)
      throw new Error(`${loaded.wrong} of ${loaded.answers} answers were no 200, or too short`)
    return {
      rps: (loaded.answers / loaded.ms) * 1000,
      p50: loaded.p50,
      p99: loaded.p99,
      cpu: (user + system) / loaded.answers,
    }
  }
}

async function load(client: ChildProcess, task: LoadTask): Promise<Loaded> {
  client.send(task)
  const [loaded] = (await once(client, 'message')) as [Loaded]
  if (loaded.error !== undefined) throw new Error(loaded.error)
  return loaded
}
