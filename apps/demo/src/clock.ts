/**
 * Milliseconds on the monotonic clock of this host. Every process of the demo reads the same clock, so a time taken in
 * an instance can be compared with one taken by the load.
 */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6
