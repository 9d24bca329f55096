import 'reflect-metadata'
import { All, Controller, Inject, Req, Res, type Type } from '@nestjs/common'
import type { Cache } from '@tiercache/core'
import { answerNode, type Endpoint } from '@tiercache/http'
import { TIERCACHE } from './tokens.ts'

/** A controller that answers at a path by one of the engine's endpoints. */
export function endpointController(path: string, endpointOf: (cache: Cache) => Endpoint<object>): Type {
  class CacheEndpoint {
    readonly #endpoint: Endpoint<object>

    constructor(cache: Cache) {
      this.#endpoint = endpointOf(cache)
    }

    async answer(native: object, reply: object): Promise<void> {
      const request = ('raw' in native ? native.raw : native) as Parameters<typeof answerNode>[1]['request']
      const response = ('raw' in reply ? reply.raw : reply) as Parameters<typeof answerNode>[1]['response']
      if ('hijack' in reply && typeof reply.hijack === 'function') reply.hijack()
      const { body: parsed } = native as { readonly body?: unknown }
      await answerNode(this.#endpoint, { request, response }, { native, parsed })
    }
  }
  Inject(TIERCACHE)(CacheEndpoint, undefined, 0)
  Req()(CacheEndpoint.prototype, 'answer', 0)
  Res()(CacheEndpoint.prototype, 'answer', 1)
  const descriptor = Object.getOwnPropertyDescriptor(CacheEndpoint.prototype, 'answer')
  if (descriptor !== undefined) All()(CacheEndpoint.prototype, 'answer', descriptor)
  Controller(path)(CacheEndpoint)
  return CacheEndpoint
}
