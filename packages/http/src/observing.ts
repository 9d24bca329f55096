import type { Capture } from './capture.ts'

/** A capture that stores nothing and has `act` done, once, after the handler has answered and before the client is told. */
export function observing(act: (status: number) => Promise<void>): Capture {
  let status = 0
  let acted: Promise<void> | undefined
  const once = (): Promise<void> => (acted ??= act(status))
  return {
    head: told => {
      status = told
      return { kind: 'send', fields: [] }
    },
    chunk: () => {},
    end: once,
    whole: told => {
      status = told
      return { kind: 'send', fields: [], wait: once() }
    },
    abort: () => {},
  }
}
