import { createLogUpdate } from 'log-update'
import { frame } from './frame.ts'
import { line } from './line.ts'
import type { Scene } from './scene.ts'

/** Where the run is shown while it runs. */
export interface Screen {
  /** How often `show` should be called. */
  readonly everyMs: number
  /** Something is done, and stays on the screen. */
  say(text: string): void
  /** Something is under way; replaced by what comes next. */
  progress(text: string): void
  show(scene: Scene): void
  close(): void
}

/** Redraws in place on a terminal, prints a line a second elsewhere, and nothing at all with `--json`. */
export function openScreen(stdout: NodeJS.WriteStream, json: boolean): Screen {
  if (json) return { everyMs: 1000, say() {}, progress() {}, show() {}, close() {} }
  return stdout.isTTY ? terminal(stdout) : plain(stdout)
}

function terminal(stdout: NodeJS.WriteStream): Screen {
  const drawn = createLogUpdate(stdout)
  return {
    everyMs: 250,
    say(text) {
      drawn.clear()
      stdout.write(`${text}\n`)
    },
    progress: text => drawn(text),
    show: scene => drawn(frame(scene)),
    close: () => drawn.done(),
  }
}

function plain(stdout: NodeJS.WriteStream): Screen {
  return {
    everyMs: 1000,
    say: text => void stdout.write(`${text}\n`),
    progress() {},
    show: scene => void stdout.write(`${line(scene)}\n`),
    close() {},
  }
}
