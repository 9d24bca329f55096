import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** Sends one command to a server and resolves with the raw beginning of its reply: enough to wait on, with no client. */
export async function ask(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  try {
    socket.write(`${command}\r\n`)
    const [reply] = await once(socket, 'data', { signal: AbortSignal.timeout(2000) })
    return String(reply)
  } finally {
    socket.destroy()
  }
}

/** Waits until `done` says so; rejects, naming `what`, when that takes longer than `ms`. */
export async function until(ms: number, what: string, done: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + ms
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`)
    await wait(20)
  }
}
