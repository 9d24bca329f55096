import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FuzzResult } from './fuzz.ts'

const CHILD = fileURLToPath(new URL('fuzz-child.ts', import.meta.url))

/** `fuzz` on the other processor: nothing else counts as its memory. Rejects with the process's last words if it ends without a result. */
export function fuzzApart(
  seed: number,
  cases: number,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<FuzzResult> {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, [`${seed}`, `${cases}`], {
      execArgv: ['--expose-gc', '--conditions=@tiercache/source'],
      signal,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let words = ''
    child.stderr?.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2000)))
    child.on('message', message => {
      if (typeof message === 'number') onProgress(message)
      else resolve(message as FuzzResult)
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      reject(new Error(`Mutated values ended a process with ${signal ?? `status ${code}`}.\n${words}`))
    })
  })
}
