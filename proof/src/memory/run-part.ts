import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Measured, Scale } from './part.ts'

const child = fileURLToPath(new URL('child.ts', import.meta.url))
const LONGEST_MS = 300_000

/** Runs a part in a process of its own. Rejects with the process's last words if it ends without an answer. */
export function runPart(name: string, scale: Scale): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const process = fork(child, [name, JSON.stringify(scale)], {
      execArgv: ['--expose-gc', '--conditions=@tiercache/source'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: LONGEST_MS,
    })
    let words = ''
    process.stderr?.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2000)))
    process.once('message', message => resolve(message as Measured))
    process.once('error', reject)
    process.once('exit', (code, signal) =>
      reject(
        new Error(
          `The part ${name} ended with ${signal ?? `status ${code}`} and measured nothing.\n${words}`,
        ),
      ),
    )
  })
}
