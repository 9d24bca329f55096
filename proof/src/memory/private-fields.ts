import { Session } from 'node:inspector'

interface Remote {
  readonly objectId?: string
}

interface Properties {
  readonly privateProperties?: readonly { readonly name: string; readonly value?: Remote }[]
}

/** What the debugger has named and must forget. */
const GROUP = 'tiercache.proof'
const HANDED = Symbol.for('tiercache.proof.handed')
const place = globalThis as { [HANDED]?: unknown }

/**
 * The private fields of objects that hold objects, by way of the debugger of this process: tables are measured where they
 * are, and core needs no door that only proofs would use. What is given back are the tables themselves, not copies.
 */
export class PrivateFields implements Disposable {
  readonly #session = new Session()

  constructor() {
    this.#session.connect()
  }

  of(object: object): Map<string, object> {
    place[HANDED] = object
    const { result } = this.#ask<{ result: Remote }>('Runtime.evaluate', {
      expression: `globalThis[Symbol.for('tiercache.proof.handed')]`,
      objectGroup: GROUP,
    })
    const { privateProperties = [] } = this.#ask<Properties>('Runtime.getProperties', {
      objectId: result.objectId,
      ownProperties: true,
    })
    const fields = new Map<string, object>()
    for (const { name, value } of privateProperties) {
      if (value?.objectId === undefined) continue
      this.#ask('Runtime.callFunctionOn', {
        objectId: value.objectId,
        functionDeclaration: `function () { globalThis[Symbol.for('tiercache.proof.handed')] = this }`,
      })
      const held = place[HANDED]
      if (typeof held === 'object' && held !== null) fields.set(name, held)
    }
    place[HANDED] = undefined
    this.#ask('Runtime.releaseObjectGroup', { objectGroup: GROUP })
    return fields
  }

  [Symbol.dispose](): void {
    this.#session.disconnect()
  }

  /** In this process the answer comes before `post` returns. */
  #ask<T>(method: string, params: object): T {
    let outcome: { readonly error: Error | null; readonly answer: unknown } | undefined
    this.#session.post(method, params, (error, answer) => (outcome = { error, answer }))
    if (outcome === undefined) throw new Error(`${method} was not answered at once.`)
    const { error, answer } = outcome
    if (error !== null) throw error
    return answer as T
  }
}
