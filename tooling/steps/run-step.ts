import { spawn } from 'node:child_process'
import { join } from 'node:path'

import type { Command, Step } from './steps.ts'

/** How a step ended, and all it printed. */
export interface StepResult {
  readonly ok: boolean
  readonly ms: number
  readonly output: string
}

/** Runs the commands of a step until one fails. A step that takes longer than `limitMs` is ended and has failed. */
export async function runStep(root: string, step: Step, limitMs = 600_000): Promise<StepResult> {
  const start = performance.now()
  let output = ''
  let ok = true
  for (const command of step.commands) {
    const left = limitMs - (performance.now() - start)
    const result = await runCommand(root, command, left)
    output += result.output
    ok = result.ok
    if (!ok) break
  }
  return { ok, ms: performance.now() - start, output }
}

function runCommand(
  root: string,
  command: Command,
  limitMs: number,
): Promise<{ ok: boolean; output: string }> {
  const [program, ...args] = command.argv
  // A group of its own, so that a step that hangs goes together with all it started.
  const child = spawn(program, args, {
    cwd: join(root, command.cwd ?? '.'),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const endAll = (): void => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // it has gone by itself
    }
  }
  const interrupted = (): void => {
    endAll()
    process.exit(130)
  }
  for (const signal of signals) process.once(signal, interrupted)
  return new Promise(resolve => {
    let output = ''
    const timer = setTimeout(() => {
      output += `\n${program} was ended: not done in ${Math.round(limitMs / 1000)} s\n`
      endAll()
    }, limitMs)
    const done = (ok: boolean): void => {
      clearTimeout(timer)
      for (const signal of signals) process.off(signal, interrupted)
      resolve({ ok, output: ok ? output : `$ ${[program, ...args].join(' ')}\n${output}` })
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    child.once('error', error => {
      output += `${error.message}\n`
      done(false)
    })
    child.once('close', code => done(code === 0))
  })
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
