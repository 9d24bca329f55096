/** How long each part of the examination takes, and with what load. */
export interface Plan {
  readonly instances: number
  /** Requests per second, all instances together. They are sent when they are due, however slow the answers are. */
  readonly rate: number
  /** Latency added to each database query. */
  readonly databaseMs: number
  /** Share of requests that write. */
  readonly writes: number
  /** The exponent of Zipf's law: how unequal the rows are read. */
  readonly zipf: number
  /** Δ: how long after a committed write another instance may still answer with what was before. */
  readonly boundMs: number
  readonly seconds: {
    /** From an empty cache until it is filled. Its hit rate is told, not judged. */
    readonly fill: number
    readonly steady: number
    /** How long Redis hangs, and how long it is gone. */
    readonly outage: number
    /** Between the restarts of two instances. */
    readonly between: number
  }
}

const common = { databaseMs: 50, writes: 0.05, zipf: 1, boundMs: 2000, rate: 400 }

/** Under two minutes. */
export const full: Plan = {
  ...common,
  instances: 3,
  seconds: { fill: 15, steady: 25, outage: 10, between: 1 },
}

/** Under half a minute: to see that it works, not to quote. */
export const quick: Plan = {
  ...common,
  // More of it, since a cache fills by requests and not by time.
  rate: 600,
  instances: 2,
  seconds: { fill: 5, steady: 4, outage: 4, between: 0.2 },
}
