import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common'
import type { ResponseTimes } from '@tiercache/http'
import type { Observable } from 'rxjs'
import { exchangeOf, pathOf, routeOf } from './platform.ts'

/** Measures response times by route, from the first interceptor on. */
export class TimingInterceptor implements NestInterceptor {
  readonly #times: ResponseTimes

  constructor(times: ResponseTimes) {
    this.#times = times
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const exchange = exchangeOf(context)
    if (exchange !== undefined) {
      const sent = this.#times.start()
      const [route, path] = [routeOf(exchange), pathOf(exchange)]
      exchange.response.once('finish', () => sent({ source: exchange.request, route, path }))
    }
    return next.handle()
  }
}

Injectable()(TimingInterceptor)
