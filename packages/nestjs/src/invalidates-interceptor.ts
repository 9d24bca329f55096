import 'reflect-metadata'
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common'
import type { Cache } from '@tiercache/core'
import { invalidator, type InvalidatesOptions, observeNode } from '@tiercache/http'
import type { Observable } from 'rxjs'
import { INVALIDATES, metadataOf } from './metadata.ts'
import { exchangeOf } from './platform.ts'
import { TIERCACHE } from './tokens.ts'

/** What `@Invalidates` puts in front of a handler. */
export class InvalidatesInterceptor implements NestInterceptor {
  readonly #cache: Cache

  constructor(cache: Cache) {
    this.#cache = cache
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const options = metadataOf<InvalidatesOptions<object>>(INVALIDATES, context)
    const exchange = exchangeOf(context)
    if (options !== undefined && exchange !== undefined) {
      const invalidate = invalidator(this.#cache, options)
      observeNode(exchange.response, status => invalidate(exchange.native, { status }))
    }
    return next.handle()
  }
}

Injectable()(InvalidatesInterceptor)
Inject(TIERCACHE)(InvalidatesInterceptor, undefined, 0)
