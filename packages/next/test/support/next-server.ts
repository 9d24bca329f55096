import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@tiercache/redis-server'

const app = join(import.meta.dirname, '../app')
const next = join(import.meta.dirname, '../../node_modules/next/dist/bin/next')

/** One `next start`. */
export interface NextServer {
  readonly origin: string
  /** What it has said so far. */
  said(): string
  stop(): Promise<void>
}

/** Builds the app of the tests. Resolves with what the build said. */
export async function build(env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [next, 'build'], {
    cwd: app,
    env: environment(env),
    timeout: 120_000,
  })
  return stdout + stderr
}

/** Starts an instance of the app, and resolves when it is ready. */
export async function start(env: Readonly<Record<string, string>>): Promise<NextServer> {
  const port = await freePort()
  const child = spawn(process.execPath, [next, 'start', '-H', '127.0.0.1', '-p', `${port}`], {
    cwd: app,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  await new Promise<void>((ready, fail) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString()
      if (said.includes('Ready in')) ready()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', code => fail(new Error(`next start ended with status ${code}:\n${said}`)))
  })
  return { origin: `http://127.0.0.1:${port}`, said: () => said, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

function environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return {
    ...(PATH !== undefined && { PATH }),
    ...(HOME !== undefined && { HOME }),
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    // The handlers of the app are these sources.
    NODE_OPTIONS: '--conditions=@tiercache/source',
    ...env,
  }
}
