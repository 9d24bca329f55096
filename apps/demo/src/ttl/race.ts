import { adaptiveTtl, type AdaptiveTtlOptions } from '@tiercache/adaptive-ttl'
import { type Cache, createCache, type Duration, type Ttl } from '@tiercache/core'
import { manualClock } from '@tiercache/core/testing'
import { faker } from '@faker-js/faker'
import { createZipf } from '../load/zipf.ts'

export interface RaceOptions {
  readonly seed: number
  readonly hours: number
  readonly products: number
  readonly readsPerHour: number
  readonly fixedTtl: Duration
  readonly adaptive: AdaptiveTtlOptions
}

/** What one cache did in a time. */
interface Score {
  readonly loads: number
  /** Reads answered with a price that was no longer so. */
  readonly stale: number
}

export interface Hour {
  readonly hour: number
  readonly reads: number
  readonly fixed: Score
  readonly adaptive: Score
}

const HOUR = 3_600_000
/** Of ln of the change rates: some prices change every few minutes, some once in weeks. */
const SPREAD = 1.8

/**
 * Suppliers change prices when they like and tell nobody. Two caches answer the same customers of the same shop, one with a fixed ttl, one with a
 * ttl that it learns. Time is simulated: an hour takes a moment.
 */
export async function* race(options: RaceOptions): AsyncGenerator<Hour> {
  faker.seed(options.seed)
  const clock = manualClock()
  const open = (ttl: Ttl): Cache => createCache({ ttl, clock, jitter: 0, random: chance })
  const caches = { fixed: open(options.fixedTtl), adaptive: open(adaptiveTtl(options.adaptive)) }
  const prices = Array.from({ length: options.products }, () => new Price())
  const zipf = createZipf(prices.length, 0.9)
  for (let hour = 1; hour <= options.hours; hour++) {
    const fixed = { loads: 0, stale: 0 }
    const adaptive = { loads: 0, stale: 0 }
    for (let read = 0; read < options.readsPerHour; read++) {
      clock.leap(Math.max(1, Math.round((wait() * HOUR) / options.readsPerHour)))
      const product = zipf(chance())
      const price = prices[product]
      if (price === undefined) continue
      price.passTo(clock.now())
      await ask(caches.fixed, product, price, fixed)
      await ask(caches.adaptive, product, price, adaptive)
    }
    yield { hour, reads: options.readsPerHour, fixed, adaptive }
  }
  await Promise.all([caches.fixed.close(), caches.adaptive.close()])
}

async function ask(
  cache: Cache,
  product: number,
  price: Price,
  score: { loads: number; stale: number },
): Promise<void> {
  const told = await cache.getOrSet(['price', product], () => {
    score.loads++
    return price.version
  })
  if (told !== price.version) score.stale++
}

/** A price that changes at a rate of its own. */
class Price {
  version = 0
  readonly #everyMs = HOUR * Math.exp(SPREAD * Math.sqrt(2 * wait()) * Math.cos(2 * Math.PI * chance()))
  #nextAt = wait() * this.#everyMs

  passTo(now: number): void {
    for (; this.#nextAt <= now; this.#nextAt += wait() * this.#everyMs) this.version++
  }
}

function chance(): number {
  return faker.number.float({ min: 0, max: 0.999_999 })
}

/** From one event to the next, where the mean is 1. */
function wait(): number {
  return -Math.log(1 - chance())
}
