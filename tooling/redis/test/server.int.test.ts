import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { connect as connectTls } from 'node:tls'

import { expect, inject, it, onTestFinished } from 'vitest'

import { ask, until } from '../src/ask.ts'
import '../src/global-setup.ts'
import { findBinary, freePort, startCluster, startRedis, startSentinel, startTlsRedis } from '../src/index.ts'
import { runs } from '../src/run.ts'

// With REDIS_URL or a container there may be no binary at all; then there is nothing here to start.
const bin = await findBinary()
const started = it.runIf(bin)
const openssl = await runs('openssl', ['version'])

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('provides a Redis to the integration tests', async () => {
  const url = new URL(inject('redisUrl'))
  const socket = connect(Number(url.port || 6379), url.hostname)
  await once(socket, 'connect')
  socket.destroy()
  expect(inject('redisFrom')).not.toBe('')
})

started('answers, and the pid is the pid of the server itself', async () => {
  const server = await startRedis()
  onTestFinished(server.stop)
  expect(await ask(server.port, 'INFO server')).toContain(`process_id:${server.pid}`)
  expect(server.url).toBe(`redis://127.0.0.1:${server.port}`)
})

started('stop() leaves neither process nor folder, also when the server hangs', async () => {
  const server = await startRedis()
  process.kill(server.pid, 'SIGSTOP')
  await server.stop()
  await server.stop()
  expect(alive(server.pid)).toBe(false)
  expect(existsSync(server.dir)).toBe(false)
})

started('starts again on the same port after it was killed', async () => {
  const first = await startRedis()
  expect(await ask(first.port, 'SET k v')).toBe('+OK\r\n')
  process.kill(first.pid, 'SIGKILL')
  await until(2000, 'the server to go', async () => !alive(first.pid))
  const second = await startRedis([], { port: first.port })
  onTestFinished(second.stop)
  expect(await ask(second.port, 'GET k')).toBe('$-1\r\n')
  await first.stop()
  expect(alive(second.pid)).toBe(true)
})

started('goes with the process that started it, even when that is killed', async () => {
  const module = new URL('../src/index.ts', import.meta.url)
  const script = `const { startRedis } = await import(${JSON.stringify(module.href)})
    const { pid, dir } = await startRedis()
    console.log(JSON.stringify({ pid, dir }))
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(parent.stdout, 'data')
  const { pid, dir } = JSON.parse(String(line))
  expect(alive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await until(3000, 'the server and its folder to go', async () => !alive(pid) && !existsSync(dir))
})

started('rejects with the words of a server that does not start', async () => {
  await expect(startRedis(['--no-such-option', '1'])).rejects.toThrow(/no-such-option/)
  await expect(startRedis([], { bin: '/no/such/binary' })).rejects.toThrow(/no\/such\/binary/)
})

started('refuses a REDIS_SERVER_BIN that does not run', async () => {
  const before = process.env['REDIS_SERVER_BIN']
  onTestFinished(() => {
    if (before === undefined) delete process.env['REDIS_SERVER_BIN']
    else process.env['REDIS_SERVER_BIN'] = before
  })
  process.env['REDIS_SERVER_BIN'] = '/no/such/binary'
  await expect(findBinary()).rejects.toThrow(/REDIS_SERVER_BIN=\/no\/such\/binary does not run/)
})

started('starts a cluster that is whole', async () => {
  const cluster = await startCluster()
  onTestFinished(cluster.stop)
  const [first] = cluster.nodes
  expect(await ask(first?.port ?? 0, 'CLUSTER INFO')).toContain('cluster_slots_assigned:16384')
})

started('starts sentinels that name the master', async () => {
  const group = await startSentinel()
  onTestFinished(group.stop)
  const [first] = group.sentinels
  const answer = await ask(first?.port ?? 0, `SENTINEL get-master-addr-by-name ${group.name}`)
  expect(answer).toContain(`${group.master.port}`)
})

it.runIf(bin !== undefined && openssl)(
  'starts a server that speaks TLS with a certificate of its own',
  async () => {
    const server = await startTlsRedis()
    onTestFinished(server.stop)
    const socket = connectTls({ port: server.port, host: '127.0.0.1', ca: server.ca })
    await once(socket, 'secureConnect')
    socket.write('PING\r\n')
    const [reply] = await once(socket, 'data')
    socket.destroy()
    expect(String(reply)).toBe('+PONG\r\n')
  },
)

started('leaves no folder behind when a start fails', async () => {
  const folders = (): string[] => readdirSync(tmpdir()).filter(name => name.startsWith('tiercache-redis-'))
  const port = await freePort()
  const server = await startRedis([], { port })
  onTestFinished(server.stop)
  const before = folders().length
  await expect(startRedis([], { port })).rejects.toThrow(/in use/)
  expect(folders().length).toBeLessThanOrEqual(before)
})
