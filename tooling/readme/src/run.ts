import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'

/** How to run an example. */
export interface RunOptions {
  readonly env: NodeJS.ProcessEnv
  /** Default: that of this process. */
  readonly cwd?: string
  /** Of Node. Default: those that run the examples over our sources. */
  readonly flags?: readonly string[]
  /** What of its error output is a complaint. Default: all. */
  readonly complaints?: (errors: string) => string
}

const SOURCES = ['--conditions=@tiercache/source']
/** Says where a server listens, whatever framework it is of. */
const TELL = `data:text/javascript,import { subscribe } from 'node:diagnostics_channel'; subscribe('tracing:net.server.listen:asyncEnd', ({ server }) => console.log('port', server.address().port))`
const LONGEST_MS = 30_000

/** Put behind an example that listens, has it end when all of it has run. */
export const LEAVE = '\nsetImmediate(() => process.exit())\n'

/** Runs a module over our sources until it ends, and gives what it wrote. Rejects if it ends badly or not within 20 s. */
export function runToEnd(
  file: string,
  redisUrl: string,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const env = { ...process.env, PORT: '0', REDIS_URL: redisUrl }
  return promisify(execFile)(process.execPath, [...SOURCES, file], { env, timeout: 20_000 })
}

/**
 * Runs a module, and ends it after `use`, which is told where it listens, or `undefined` if it ended well without. Rejects if it ends
 * badly, complains, or takes longer than 30 s, and with what `use` rejects with as the cause.
 */
export async function whileRunning(
  file: string,
  { env, cwd, flags = SOURCES, complaints = errors => errors }: RunOptions,
  use: (origin: string | undefined) => Promise<void>,
): Promise<void> {
  const child = spawn(process.execPath, [...flags, `--import=${TELL}`, file], {
    ...(cwd !== undefined && { cwd }),
    env: { ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)
  const closed = once(child, 'close')
  let output = ''
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const listening = new Promise<string>(resolve => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const port = /^port (\d+)$/m.exec(output)?.[1]
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`)
    })
  })
  try {
    try {
      const first = await Promise.race([listening, closed])
      if (typeof first !== 'string' && first[0] !== 0) throw new Error(`ended with ${first[1] ?? first[0]}`)
      await use(typeof first === 'string' ? first : undefined)
    } finally {
      clearTimeout(timer)
      child.kill()
      await closed
    }
    if (complaints(errors) !== '') throw new Error('it complained')
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${file}: ${text}\n${output}${errors}`, { cause })
  }
}

/** All complaints but that Redis was slow, which says something of the machine. */
export function exceptSlowRedis(errors: string): string {
  return errors.replaceAll(/^.*(?:TiercacheWarning: .* did not answer|--trace-warnings).*$/gm, '').trim()
}
