import type { Cache } from './cache.ts'
import { CacheError, shown } from './errors.ts'
import type { Key } from './key.ts'
import type { WriteOptions } from './policy.ts'
import { type Wrapped, type WrapOptions, wrap } from './wrap.ts'

/** A cache, or how to find it in the object whose method is called. */
export type CacheSource<This> = Cache | ((instance: This) => Cache)

/** What a successful call of a method invalidates. */
export interface InvalidatesOptions<This, A extends unknown[], R> extends WriteOptions {
  /** Fixed, or by the arguments and the result. */
  readonly tags?: readonly string[] | ((this: This, result: Awaited<R>, ...args: A) => readonly string[])
  readonly keys?: readonly Key[] | ((this: This, result: Awaited<R>, ...args: A) => readonly Key[])
}

type Method<This, A extends unknown[], R> = (this: This, ...args: A) => R
type MethodContext<This, A extends unknown[], R> = ClassMethodDecoratorContext<This, Method<This, A, R>>

/**
 * Caches the results of an async method by its arguments; the object it belongs to is no part of the key. A standard decorator
 * (TC39, stage 3), not one of `experimentalDecorators`. `name` defaults to the class's name and the method's.
 */
export function Cached<This extends object, A extends unknown[], R>(
  source: CacheSource<This>,
  options: Omit<WrapOptions<A, R>, 'name'> & { readonly name?: string } = {},
): (
  method: Method<This, A, Promise<R>>,
  context: MethodContext<This, A, Promise<R>>,
) => Method<This, A, Promise<R>> {
  return (method, context) => {
    checkMethod(context, 'Cached')
    const wrapped = new WeakMap<This, Wrapped<A, R>>()
    return function (this: This, ...args: A): Promise<R> {
      let call = wrapped.get(this)
      if (call === undefined) {
        const name = options.name ?? `${this.constructor.name}.${String(context.name)}`
        call = wrap<A, R>(cacheOf(source, this), (...given: A) => method.apply(this, given), {
          ...options,
          name,
        })
        wrapped.set(this, call)
      }
      return call(...args)
    }
  }
}

/** Invalidates after an async method has succeeded, before its result is returned. */
export function Invalidates<This extends object, A extends unknown[], R>(
  source: CacheSource<This>,
  options: InvalidatesOptions<This, A, R>,
): (
  method: Method<This, A, Promise<R>>,
  context: MethodContext<This, A, Promise<R>>,
) => Method<This, A, Promise<R>> {
  const { tags, keys, ...write } = options
  return (method, context) => {
    checkMethod(context, 'Invalidates')
    return async function (this: This, ...args: A): Promise<R> {
      const result = await method.apply(this, args)
      const cache = cacheOf(source, this)
      const some = typeof tags === 'function' ? tags.call(this, result as Awaited<R>, ...args) : tags
      const given = typeof keys === 'function' ? keys.call(this, result as Awaited<R>, ...args) : keys
      await Promise.all([
        some !== undefined && some.length > 0 ? cache.deleteByTag(some, write) : undefined,
        given !== undefined && given.length > 0 ? cache.deleteMany(given, write) : undefined,
      ])
      return result
    }
  }
}

function cacheOf<This>(source: CacheSource<This>, instance: This): Cache {
  return typeof source === 'function' ? source(instance) : source
}

function checkMethod(context: { readonly kind: string }, decorator: string): void {
  if (context?.kind !== 'method') {
    throw new CacheError(
      'E_OPTION',
      `@${decorator} decorates methods, as a standard decorator. It got ${shown(context?.kind)}: switch experimentalDecorators off.`,
      { path: decorator },
    )
  }
}
