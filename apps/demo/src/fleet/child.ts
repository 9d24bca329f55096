import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FromInstance, InstanceConfig } from '../protocol.ts'

/** One running instance. */
export interface Child {
  readonly name: string
  readonly pid: number
  /** Its own address, past the balancer. */
  readonly address: string
  /** Resolves when the process is gone, with how it ended. */
  readonly gone: Promise<string>
  kill(): void
  /** Asks it to finish and kills it if it has not after three seconds. */
  stop(): Promise<void>
}

const program = fileURLToPath(new URL('../instance.ts', import.meta.url))
const startDeadlineMs = 20_000
const stopDeadlineMs = 3000

/** Starts an instance and resolves when it listens. @throws with the instance's own words if it does not get there. */
export async function startChild(
  config: InstanceConfig,
  hear: (message: FromInstance) => void,
): Promise<Child> {
  const child = fork(program, [JSON.stringify(config)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let words = ''
  child.stderr?.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2000)))
  const gone = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  const ready = Promise.withResolvers<number>()
  const timer = setTimeout(
    () => ready.reject(new Error(`was not ready in ${startDeadlineMs / 1000} s`)),
    startDeadlineMs,
  )
  child.on('message', (message: FromInstance) => {
    if (message.type === 'ready') ready.resolve(message.port)
    if (message.type === 'failed') ready.reject(new Error(message.reason))
    hear(message)
  })
  void gone.then(how => ready.reject(new Error(`ended with ${how}${words && `\n${words.trim()}`}`)))
  try {
    const port = await ready.promise
    return {
      name: config.name,
      pid: child.pid ?? 0,
      address: `http://127.0.0.1:${port}`,
      gone: gone.then(how => (words ? `${how}: ${words.trim()}` : how)),
      kill: () => void child.kill('SIGKILL'),
      async stop() {
        if (child.connected) child.send('stop', () => {})
        const late = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs)
        await gone
        clearTimeout(late)
      },
    }
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`instance ${config.name} did not start: ${(error as Error).message}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}
