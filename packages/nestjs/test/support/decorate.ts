type Decorator = (target: object, name: string, descriptor: never) => unknown

/** Applies decorators to a method, in the order in which they would stand above it: these tests run without being compiled. */
export function decorate(type: { prototype: object }, method: string, decorators: Decorator[]): void {
  const { prototype } = type
  const descriptor = Object.getOwnPropertyDescriptor(prototype, method) ?? {}
  for (const decorator of decorators.toReversed()) decorator(prototype, method, descriptor as never)
  Object.defineProperty(prototype, method, descriptor)
}
