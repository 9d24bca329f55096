// The bytes that an advisor takes after a million keys: `memory.ts <policy>` prints the number. Needs --expose-gc.
import { createAdvisor } from '../../../../packages/core/src/memory/advisor/create-advisor.ts'
import type { Eviction } from '../../../../packages/core/src/memory/create-tier.ts'
import { quickHash } from '../../../../packages/core/src/memory/hash.ts'

const READS = 1_000_000
const ENTRIES = 10_000
const BYTES = 64 * 1024 ** 2

const advised = (eviction: Eviction, reads: number): unknown => {
  const limits = { maxEntries: ENTRIES, maxBytes: eviction === 'size-aware' ? BYTES : undefined }
  let seen = 0
  const advisor = createAdvisor({ eviction, limits, hash: quickHash(7), reads: () => seen, now: 0 })
  for (; seen < reads; seen++) advisor.missed(`key:${seen}`, false, Infinity, 0)
  return advisor
}

const policy = (process.argv[2] ?? 'lru') as Eviction
// Once to no avail: what the first use of this code costs is nobody's.
advised(policy, READS / 10)
const before = bytesNow()
const kept = [advised(policy, READS)]
const bytes = bytesNow() - before
process.stdout.write(JSON.stringify(kept.length * bytes))

function bytesNow(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
