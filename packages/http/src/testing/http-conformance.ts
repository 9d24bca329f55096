import { answerTests } from './answers.ts'
import { endpointTests } from './endpoints.ts'
import { flightTests } from './flights.ts'
import { headerTests } from './by-headers.ts'
import { invalidationTests } from './invalidation.ts'
import { lifetimeTests } from './lifetimes.ts'
import { optionTests } from './route-options.ts'
import { outageTests } from './outages.ts'
import { poisoningTests } from './poisoning.ts'
import { privacyTests } from './privacy.ts'
import { streamTests } from './streams.ts'
import { timingTests } from './timing.ts'
import { type HttpConformanceOptions, type Topic, type Worlds, worlds } from './world.ts'

const TOPICS: { readonly [topic in Topic]: (worlds: Worlds) => void } = {
  answers: answerTests,
  options: optionTests,
  lifetimes: lifetimeTests,
  headers: headerTests,
  flights: flightTests,
  streams: streamTests,
  poisoning: poisoningTests,
  privacy: privacyTests,
  invalidation: invalidationTests,
  endpoints: endpointTests,
  outages: outageTests,
  timing: timingTests,
}

/**
 * What every binding promises, over real HTTP: registers its tests with any `test` function. `start` makes a server of the framework with
 * the binding under test; `nativeOptions` turns a test's options into the framework's.
 */
export function httpConformance(options: HttpConformanceOptions): void {
  const made = worlds(options)
  for (const [topic, register] of Object.entries(TOPICS) as [Topic, (worlds: Worlds) => void][]) {
    if (options.skip?.[topic] === undefined) register(made)
  }
}
