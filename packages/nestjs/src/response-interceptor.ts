import 'reflect-metadata'
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common'
import type { Cache } from '@tiercache/core'
import { type ResponseCache, responseCache, type ResponseCacheOptions } from '@tiercache/http'
import { Observable } from 'rxjs'
import { CACHE_RESPONSE, metadataOf } from './metadata.ts'
import { exchangeOf } from './platform.ts'
import { serve } from './serve.ts'
import { TIERCACHE } from './tokens.ts'

/** Requests that are being served: of two decorators, on a method and on its class, the first to come serves. */
const served = new WeakSet<object>()

/** What `@CacheResponse` puts in front of a handler. */
export class ResponseInterceptor implements NestInterceptor {
  readonly #cache: Cache
  readonly #responses = new WeakMap<object, ResponseCache<object>>()

  constructor(cache: Cache) {
    this.#cache = cache
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const options = metadataOf<ResponseCacheOptions<object>>(CACHE_RESPONSE, context)
    const exchange = exchangeOf(context)
    if (options === undefined || exchange === undefined || served.has(exchange.request)) return next.handle()
    served.add(exchange.request)
    const responses = this.#of(options)
    return new Observable(subscriber => {
      const serving = serve(responses, exchange, () => {
        subscriber.add(next.handle().subscribe(subscriber))
      })
      serving.then(
        ran => {
          if (ran) return
          subscriber.next(undefined)
          subscriber.complete()
        },
        (error: unknown) => subscriber.error(error),
      )
    })
  }

  #of(options: ResponseCacheOptions<object>): ResponseCache<object> {
    const known = this.#responses.get(options)
    if (known !== undefined) return known
    const made = responseCache(this.#cache, options)
    this.#responses.set(options, made)
    return made
  }
}

Injectable()(ResponseInterceptor)
Inject(TIERCACHE)(ResponseInterceptor, undefined, 0)
