import type { Contenders, Environment, Run } from './contender.ts'

/*
 * A contender's own process: the module and the name come as arguments, then the environment, then one task after another.
 * Contenders in one process would share the engine's type feedback and heap: the same line then reads twice its time or half.
 */

export type ToChild = { readonly environment: Environment } | { readonly id: number; readonly task: unknown }
export type FromChild =
  | { readonly ready: true }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number | undefined; readonly error: string }

const [module = '', name = ''] = process.argv.slice(2)
let run: Run<unknown, unknown> | undefined

process.on('disconnect', () => process.exit())
process.on('message', (message: ToChild) => void take(message))

async function take(message: ToChild): Promise<void> {
  const id = 'id' in message ? message.id : undefined
  try {
    if (!('environment' in message)) return say({ id: message.id, answer: await run?.(message.task) })
    run = await prepare(message.environment)
    say({ ready: true })
  } catch (error) {
    say({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

async function prepare(environment: Environment): Promise<Run<unknown, unknown>> {
  const { contenders } = (await import(module)) as { contenders: Contenders<unknown> }
  const contender = contenders[name]
  if (contender === undefined) throw new Error(`there is no contender ${name}`)
  return contender.prepare(environment)
}

function say(message: FromChild): void {
  process.send?.(message)
}
