// The process an application runs in. It is told what to do by messages, and has nothing else that keeps it alive.
import { Application } from './application.ts'

export interface Order {
  readonly id: number
  readonly name: keyof Application
  readonly args: readonly unknown[]
}

export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string })

const [url = '', namespace = ''] = process.argv.slice(2)
const application = new Application(url, namespace)

let closed = false
process.on('message', (order: Order) => void obey(order))
// Whoever gave orders is gone.
process.on('disconnect', () => {
  if (!closed) process.exit(1)
})
process.send?.('up')

async function obey({ id, name, args }: Order): Promise<void> {
  process.send?.(await answerTo(id, name, args))
  // From here on it must end by itself.
  if (name !== 'close') return
  closed = true
  process.disconnect?.()
}

async function answerTo(id: number, name: keyof Application, args: readonly unknown[]): Promise<Answer> {
  try {
    return { id, value: await (Reflect.apply(application[name], application, args) as unknown) }
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? '') : String(error) }
  }
}
