import 'reflect-metadata'
import { Inject } from '@nestjs/common'
import { type Cache, CacheError, type Key, type WrapOptions, type Wrapped } from '@tiercache/core'
import { namespaceToken, TIERCACHE } from './tokens.ts'

/** How the results of a method are cached; see `cache.wrap`. */
export interface CachedOptions<A extends unknown[] = never[], R = unknown> extends Omit<
  WrapOptions<A, R>,
  'name'
> {
  /** Names the method in keys. Default: the class's name and the method's. */
  readonly name?: string
  /** A namespace that the module's options name. Default: the cache itself. */
  readonly namespace?: string
}

/** What a successful call of a method invalidates. */
export interface InvalidatesCachedOptions<A extends unknown[] = never[], R = unknown> {
  readonly tags?: readonly string[] | ((result: R, ...args: A) => readonly string[])
  readonly keys?: readonly Key[] | ((result: R, ...args: A) => readonly Key[])
  readonly namespace?: string
}

type Method<A extends unknown[], R> = (...args: A) => Promise<R>

/** Decorates async methods that have at least the arguments and the result that functions among the options expect. */
type MethodOf<A extends unknown[], R> = <M extends (...args: never[]) => Promise<R>>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<M> &
    (((...args: A) => void) extends (...args: Parameters<M>) => void ? unknown : never),
) => void

/**
 * Caches the results of an async method of a provider by its arguments; the object it belongs to is no part of the key:
 * `@Cached({ ttl: '5m' }) find(id: number) { … }`. The cache is injected into the provider. An object that Nest did not make has none, and
 * its methods run as if they were not decorated.
 */
export function Cached<A extends unknown[], R>(options: CachedOptions<A, R> = {}): MethodOf<A, R> {
  const { namespace, name: given, ...rest } = options
  return (target, name, descriptor) => {
    const method = methodOf<A, R>(descriptor, 'Cached')
    const cacheOf = injected(target, namespace)
    const wrapped = new WeakMap<object, Wrapped<A, R>>()
    redefine(descriptor, method, function (this: object, ...args: A) {
      const cache = cacheOf(this)
      if (cache === undefined) return method.apply(this, args)
      let call = wrapped.get(this)
      if (call === undefined) {
        const named = given ?? `${this.constructor.name}.${String(name)}`
        call = cache.wrap((...all: A) => method.apply(this, all), { ...rest, name: named }) as Wrapped<A, R>
        wrapped.set(this, call)
      }
      return call(...args)
    })
  }
}

/** Invalidates after an async method of a provider has succeeded, before its result is returned. On routes use `@Invalidates`. */
export function InvalidatesCached<A extends unknown[], R>(
  options: InvalidatesCachedOptions<A, R>,
): MethodOf<A, R> {
  const { namespace, tags, keys } = options
  return (target, _name, descriptor) => {
    const method = methodOf<A, R>(descriptor, 'InvalidatesCached')
    const cacheOf = injected(target, namespace)
    redefine(descriptor, method, async function (this: object, ...args: A) {
      const result = await method.apply(this, args)
      const cache = cacheOf(this)
      const someTags = typeof tags === 'function' ? tags(result, ...args) : (tags ?? [])
      const someKeys = typeof keys === 'function' ? keys(result, ...args) : (keys ?? [])
      await Promise.all([
        someTags.length > 0 ? cache?.deleteByTag(someTags) : undefined,
        someKeys.length > 0 ? cache?.deleteMany(someKeys) : undefined,
      ])
      return result
    })
  }
}

/** Has the cache injected into a property of the class's objects, and finds it there. */
function injected(target: object, namespace: string | undefined): (holder: object) => Cache | undefined {
  const token = namespace === undefined ? TIERCACHE : namespaceToken(namespace)
  const property = `__${token}`
  Inject(token)(target, property)
  return holder => (holder as Record<string, Cache | undefined>)[property]
}

function methodOf<A extends unknown[], R>(
  descriptor: { readonly value?: unknown } | undefined,
  decorator: string,
): Method<A, R> {
  if (typeof descriptor?.value === 'function') return descriptor.value as Method<A, R>
  throw new CacheError(
    'E_OPTION',
    `@${decorator} decorates methods, with experimentalDecorators switched on.`,
    {
      path: decorator,
    },
  )
}

/** Puts a method in the place of another; what other decorators have said of that stays said. */
function redefine(descriptor: { value?: unknown }, from: object, to: object): void {
  for (const key of Reflect.getMetadataKeys(from) as unknown[])
    Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to)
  descriptor.value = to
}
