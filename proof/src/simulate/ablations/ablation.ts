/** A mechanism of the protocol that can be switched off, in tests only. */
export interface Ablation {
  readonly name: string
  /** What is missing then. */
  readonly about: string
  /** Switches it off in this thread, for every cache, until the function returned is called. */
  readonly apply: () => () => void
}

/** Replaces a method, for all instances, by what is made of it. The function returned puts it back. */
export function replace<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  make: (original: T[K]) => T[K],
): () => void {
  const original = prototype[name]
  prototype[name] = make(original)
  return () => {
    prototype[name] = original
  }
}

/** Replaces a getter, for all instances, by a value. */
export function fix<T extends object>(prototype: T, name: keyof T, value: (self: T) => unknown): () => void {
  const original = Object.getOwnPropertyDescriptor(prototype, name)
  if (original === undefined) throw new Error(`There is no ${String(name)} to replace.`)
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: T) {
      return value(this)
    },
  })
  return () => {
    Object.defineProperty(prototype, name, original)
  }
}

/** Several at once. */
export function together(...applied: readonly (() => () => void)[]): () => () => void {
  return () => {
    const undos = applied.map(apply => apply())
    return () => {
      for (const undo of undos.toReversed()) undo()
    }
  }
}
