import { deepStrictEqual } from 'node:assert/strict'
import { deserialize, serialize } from 'node:v8'
import { type Codec, createCache, json, msgpack } from '@tiercache/core'
import { fakeRedis } from '@tiercache/core/testing'
import { Packr } from 'msgpackr'
import { pageOf } from '../../data.ts'
import { type Contenders, type Figures, floor, ours, type Prepare } from '../../run/contender.ts'
import { quantile } from '../../statistics.ts'

export interface CodecTask {
  /** Bytes of the value as JSON. */
  readonly bytes: number
  readonly sliceMs: number
}

export const ANCHOR = 'JSON'
export const UNCOMPRESSED = 'tiercache'

type Timed = Prepare<CodecTask, Figures>
type Two = Pick<Codec, 'encode' | 'decode'>

/** Values to bytes and back. */
export const codecs: Contenders<CodecTask, Figures> = {
  [ANCHOR]: floor(
    timed({
      encode: value => Buffer.from(JSON.stringify(value)),
      decode: bytes => JSON.parse(bytes.toString()),
    }),
  ),
  'v8.serialize': floor(timed({ encode: serialize, decode: deserialize })),
  'msgpackr, useRecords: false': floor(timed(plain(new Packr({ useRecords: false })))),
  'msgpackr, records': floor(timed(plain(new Packr()))),
  'tiercache msgpack()': ours(timed(msgpack())),
  'tiercache json()': ours(timed(json())),
}

/** A whole set and get through the cache, to a Redis that is a table in this process, so that nothing but the cache takes time. */
export const compressions: Contenders<CodecTask, Figures> = {
  [UNCOMPRESSED]: ours(stored()),
  'tiercache, zstd': ours(stored('zstd'), {
    setting: 'compression: zstd',
    givesUp: 'CPU for memory in Redis',
  }),
  'tiercache, brotli': ours(stored('brotli'), {
    setting: 'compression: brotli',
    givesUp: 'CPU for memory in Redis',
  }),
  'tiercache, gzip': ours(stored('gzip'), {
    setting: 'compression: gzip',
    givesUp: 'CPU for memory in Redis',
  }),
}

export const contenders: Contenders<CodecTask, Figures> = { ...codecs, ...compressions }

function plain(packr: Packr): Two {
  return { encode: value => packr.pack(value), decode: bytes => packr.unpack(bytes) }
}

function timed({ encode, decode }: Two): Timed {
  return () =>
    async ({ bytes, sliceMs }) => {
      const value = pageOf(1, bytes)
      const encoded = Buffer.from(encode(value))
      deepStrictEqual(decode(encoded), value, 'decoded is not what was encoded')
      return {
        encode: await medianNs(() => encode(value), sliceMs / 2),
        decode: await medianNs(() => decode(encoded), sliceMs / 2),
        size: encoded.length,
      }
    }
}

function stored(algorithm?: 'zstd' | 'brotli' | 'gzip'): Timed {
  return async () => {
    const redis = fakeRedis()
    const cache = createCache({
      memory: false,
      redis,
      timeouts: { redis: '5s' },
      ...(algorithm && { compression: { above: 1, algorithm } }),
    })
    await cache.ready()
    return async ({ bytes, sliceMs }) => {
      const value = pageOf(1, bytes)
      await cache.set('page', value)
      deepStrictEqual(await cache.get('page'), value, 'read is not what was stored')
      return {
        encode: await medianNs(() => cache.set('page', value), sliceMs / 2),
        decode: await medianNs(() => cache.get('page'), sliceMs / 2),
        size: redis.bytes('page')?.length ?? Number.NaN,
      }
    }
  }
}

/** The median of batches that take some hundred µs each. */
async function medianNs(call: () => unknown, sliceMs: number): Promise<number> {
  const batch = await batchOf(call)
  const times: number[] = []
  const until = performance.now() + sliceMs
  do {
    const from = performance.now()
    for (let i = 0; i < batch; i++) {
      const result = call()
      if (result instanceof Promise) await result
    }
    times.push(((performance.now() - from) * 1e6) / batch)
  } while (performance.now() < until)
  return quantile(times, 0.5)
}

const BATCH_MS = 0.3

async function batchOf(call: () => unknown): Promise<number> {
  const from = performance.now()
  let calls = 0
  do {
    await call()
    calls++
  } while (performance.now() - from < BATCH_MS)
  return calls
}
