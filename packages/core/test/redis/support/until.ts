import { setTimeout as wait } from 'node:timers/promises'

/** Resolves as soon as `holds` says so, asked every few ms; rejects, naming `what`, when that takes longer than `ms`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms: number = 5000,
): Promise<void> {
  const end = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${ms} ms until ${what}`)
    await wait(5)
  }
}

/** Time goes by, where its passing is what a test is about. */
export function pass(ms: number): Promise<void> {
  return wait(ms)
}

/** A promise that opens once, from outside: to stop a loader in the middle. */
export interface Gate<T = void> {
  readonly promise: Promise<T>
  readonly open: (value: T) => void
}

export function gate<T = void>(): Gate<T> {
  const { promise, resolve } = Promise.withResolvers<T>()
  return { promise, open: resolve }
}

/** What a promise brings; rejects, naming `what`, when that takes longer than `ms`. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const late = new AbortController()
  const timer = wait(ms, undefined, { signal: late.signal }).then(() => {
    throw new Error(`waited ${ms} ms for ${what}`)
  })
  timer.catch(() => {})
  try {
    return await Promise.race([work, timer])
  } finally {
    late.abort()
  }
}
