// A process with one instance, driven by messages from `child.ts`. Its wall clock can be moved.
import type { FromChild, ToChild } from './child-messages.ts'
import type { Contender, Hooks, Instance, Row } from './contender.ts'
import { now } from './monotonic.ts'
import { performRead, performWrite } from './operation.ts'
import { watchStandstills } from './standstill.ts'

const wall = Date.now
let shiftMs = 0
Date.now = () => wall() + shiftMs

const loads = new Map<number, PromiseWithResolvers<Row | undefined>>()
let nextLoad = 0
let instance: Instance | undefined

const hooks: Hooks = {
  load: key => {
    const id = nextLoad++
    const load = Promise.withResolvers<Row | undefined>()
    loads.set(id, load)
    tell({ type: 'load', id, key })
    return load.promise
  },
  onHeard: names => tell({ type: 'heard', at: now(), names }),
}

for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) =>
    tell({
      type: 'crash',
      message: `${event}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    }),
  )
watchStandstills((t0, t1) => tell({ type: 'stood', t0, t1 }))
process.on('disconnect', () => process.exit())
process.on('message', (message: ToChild) => void hear(message))

async function hear(message: ToChild): Promise<void> {
  switch (message.type) {
    case 'start': {
      const { contender } = (await import(message.module)) as { contender: Contender }
      instance = await contender.start(message.setting, hooks)
      return tell({ type: 'ready' })
    }
    case 'read': {
      if (instance === undefined) return
      return tell({ type: 'read', id: message.id, result: await performRead(instance, message.call) })
    }
    case 'write': {
      if (instance === undefined) return
      const { id, call } = message
      const answered = Promise.withResolvers<void>()
      const onDone = (at: number): void => void answered.promise.then(() => tell({ type: 'done', id, at }))
      tell({ type: 'written', id, result: await performWrite(instance, call, onDone) })
      return answered.resolve()
    }
    case 'loaded':
      loads.get(message.id)?.resolve(message.row)
      return void loads.delete(message.id)
    case 'failed':
      loads.get(message.id)?.reject(message.message === undefined ? undefined : new Error(message.message))
      return void loads.delete(message.id)
    case 'counts':
      return tell({ type: 'counts', id: message.id, counts: (await instance?.counts?.()) ?? {} })
    case 'clock':
      shiftMs = message.shiftMs
      return
    case 'block':
      for (const end = now() + message.ms; now() < end;);
  }
}

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message)
}
