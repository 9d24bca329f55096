import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'

import { findBinary } from './binary.ts'

/** A server of our own, listening on 127.0.0.1 and keeping nothing on disk. */
export interface RedisServer {
  readonly port: number
  /** The server's own process: tests may stop (SIGSTOP) or kill it. */
  readonly pid: number
  readonly url: string
  readonly dir: string
  /** Kills it at once, as a crash would, and resolves when it and its folder are gone. May be called again. */
  readonly stop: () => Promise<void>
}

/** Where and with what a server starts: a free port and the binary of `findBinary()` unless told. */
export interface StartAt {
  readonly port?: number
  /** A configuration file: a path, or the name of one of `files`. */
  readonly config?: string
  readonly bin?: string
  /** Files, by name, put into the server's folder before it starts. They go when the folder goes. */
  readonly files?: Readonly<Record<string, string>>
}

/**
 * Starts a server and resolves when it accepts connections. It goes when the process that started it goes, however
 * that ends. Rejects with the server's own words when it does not come up within 10 s.
 */
export async function startRedis(args: readonly string[] = [], at: StartAt = {}): Promise<RedisServer> {
  const bin = at.bin ?? (await findBinary())
  if (bin === undefined) {
    throw new Error(
      'No redis-server or valkey-server here. Install one, or set REDIS_SERVER_BIN=/path/to/redis-server.',
    )
  }
  if (at.port !== undefined) return launch(bin, at.port, args, at)
  for (let tries = 1; ; tries++) {
    try {
      return await launch(bin, await freePort(), args, at)
    } catch (error) {
      // Between the probe and the start another process may have taken the port.
      if (tries === 3 || !String(error).includes('already in use')) throw error
    }
  }
}

async function launch(bin: string, port: number, args: readonly string[], at: StartAt): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'tiercache-redis-'))
  for (const [name, text] of Object.entries(at.files ?? {})) await writeFile(join(dir, name), text)
  const plain =
    at.config === undefined
      ? ['--save', '', '--appendonly', 'no']
      : [resolve(at.files ? dir : '.', at.config)]
  const all = [...plain, '--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, ...args]
  const shell = spawn('sh', ['-c', guard, 'sh', dir, bin, ...all], { stdio: 'pipe', detached: true })
  const gone = new Promise<void>(done => shell.once('exit', () => done()).once('error', () => done()))
  shell.stdin.on('error', () => {}) // the shell may be gone already
  const stop = (): Promise<void> => {
    shell.stdin.end()
    return gone
  }
  try {
    const pid = await ready(shell, bin)
    return { port, pid, url: `redis://127.0.0.1:${port}`, dir, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A port nobody listens on, no higher than `max`. */
export async function freePort(max = 65_535): Promise<number> {
  for (;;) {
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const address = probe.address()
    probe.close()
    await once(probe, 'close')
    if (typeof address === 'object' && address !== null && address.port <= max) return address.port
  }
}

// The shell reads a pipe whose other end is ours alone: when this process goes, even by SIGKILL, the read ends and the
// shell kills the server and removes its folder. It is silent by then: a word into our closed pipe would end it early.
// Detached, so that Ctrl-C reaches us first and not the server.
const guard = `dir=$1; shift; exec 3<&0
"$@" </dev/null 3<&- & server=$!
echo "pid=$server"
exec >/dev/null 2>&1
{ while read -r _ <&3; do :; done; kill -9 $server; } & watch=$!
wait $server; status=$?
kill $watch
rm -rf "$dir"
exit $status`

function ready(shell: ChildProcessByStdio<Writable, Readable, Readable>, bin: string): Promise<number> {
  let log = ''
  return new Promise((found, reject) => {
    const fail = (why: string): void => reject(new Error(`${bin} ${why}:\n${log.slice(-800)}`))
    const timer = setTimeout(() => fail('was not ready in 10 s'), 10_000)
    const read = (chunk: Buffer): void => {
      log += chunk.toString()
      if (!/Ready to accept connections|\+monitor master/.test(log)) return
      clearTimeout(timer)
      for (const stream of [shell.stdout, shell.stderr]) stream.off('data', read).resume()
      found(Number(/^pid=(\d+)/m.exec(log)?.[1]))
    }
    shell.stdout.on('data', read)
    shell.stderr.on('data', read)
    shell.once('error', reject)
    shell.once('exit', code => {
      clearTimeout(timer)
      fail(`ended with status ${code}`)
    })
  })
}
