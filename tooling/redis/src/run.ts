import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Where and for how long a command runs; two minutes unless told. */
export interface RunOptions {
  readonly cwd?: string
  readonly timeout?: number
}

/** Runs a command without a shell. Resolves with what it printed; rejects with what it complained of. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C' }
  try {
    const { stdout } = await exec(command, args, { timeout: 120_000, ...options, env, maxBuffer: 1 << 26 })
    return stdout
  } catch (error) {
    throw new Error(`${command}: ${complaint(error)}`, { cause: error })
  }
}

/** Whether a command runs and ends well within three seconds. */
export function runs(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, args, { timeout: 3000 }).then(
    () => true,
    () => false,
  )
}

function complaint(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ENOENT') return 'not found'
  if ('killed' in error && error.killed === true) return 'no answer in time'
  const said = 'stderr' in error ? String(error.stderr).trim() : ''
  return (said || error.message).split('\n').slice(-3).join(' ')
}
