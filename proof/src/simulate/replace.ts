/** Replaces a method of an object, or of a class by its prototype, by what is made of it. The function returned puts it back. */
export function replace<T extends object, K extends keyof T>(
  target: T,
  name: K,
  make: (original: T[K]) => T[K],
): () => void {
  const original = target[name]
  target[name] = make(original)
  return () => {
    target[name] = original
  }
}

/** Replaces a getter of a class by what is made of it, which is given the instance. */
export function replaceGetter<T extends object>(
  prototype: T,
  name: keyof T,
  make: (original: (self: T) => unknown) => (self: T) => unknown,
): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
  if (descriptor?.get === undefined) throw new Error(`There is no getter ${String(name)} to replace.`)
  const made = make(self => descriptor.get?.call(self))
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: T): unknown {
      return made(this)
    },
  })
  return () => {
    Object.defineProperty(prototype, name, descriptor)
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
