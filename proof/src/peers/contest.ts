import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Scores } from './scores.ts'

/** One cache, with or without faults. Plain data. */
export interface Contest {
  /** The module of the contender. */
  readonly module: string
  readonly seed: number
  readonly ms: number
  readonly withFaults: boolean
}

/** What a contest's process says. */
export type FromContest =
  | { readonly type: 'progress'; readonly share: number; readonly what: string }
  | { readonly type: 'scores'; readonly scores: Scores }
  | { readonly type: 'failed'; readonly message: string }

const SCRIPT = fileURLToPath(new URL('contest-main.ts', import.meta.url))
/** Calls that never settle are given up after a while each; all of them together, after this. */
const LIMIT_MS = 60_000

/**
 * Holds a contest in a process of its own, so that whatever a contender does to its process it does not do to ours. Resolves with why
 * there are no scores when it does not come to an end.
 */
export async function hold(
  contest: Contest,
  onProgress: (share: number, what: string) => void,
): Promise<Scores | string> {
  const process = fork(SCRIPT, [JSON.stringify(contest)], {
    execArgv: ['--conditions=@tiercache/source'],
    // Some libraries write a line for every lost connection.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const ended = once(process, 'exit')
  const result = new Promise<Scores | string>(resolve => {
    const timer = setTimeout(() => resolve(`did not come to rest within ${LIMIT_MS / 1000} s`), LIMIT_MS)
    process.on('message', (message: FromContest) => {
      if (message.type === 'progress') return onProgress(message.share, message.what)
      resolve(message.type === 'scores' ? message.scores : message.message)
    })
    process.on('exit', (code, signal) => {
      clearTimeout(timer)
      resolve(`its process ended (${code ?? signal})`)
    })
  })
  try {
    return await result
  } finally {
    process.kill('SIGKILL')
    await ended
  }
}
