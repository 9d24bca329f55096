import { startRedis } from '@tiercache/redis-server'
import type { Context, Outcome, Section } from '../section.ts'
import { type Flood, flood } from './bus.ts'
import { bust } from './busting.ts'
import { collide } from './collisions.ts'
import { explode } from './explode.ts'
import { failuresOf } from './failures.ts'
import { FORGERIES } from './forger.ts'
import { fuzzApart } from './fuzz-apart.ts'
import { describe, type Findings } from './report.ts'
import { leaks } from './secrets.ts'

/** What somebody can do who writes to Redis, sends messages, or chooses keys. */
export const securitySection: Section = {
  name: 'security',
  title: 'Hostile values, messages and keys; secrets',
  about:
    'a million mutated values, bombs, forged messages, key floods, and a search for passwords in all output',
  explains:
    'Redis is shared, and keys come from users. Stored values are damaged at random and on purpose, with correct checksums, and read through caches of ' +
    'every codec, compression and protection: each must be a miss with one error event, be deleted and loaded anew, or be a value that does no harm: ' +
    'no class, no function, no changed prototype. With encryption or integrity nothing may be read that the cache did not write. Bombs must end within ' +
    'time and memory. Messages that no cache sent may take values away and nothing else, and make nobody ask Redis more than ten times a second. A flood of keys ' +
    'must stay within the limits of memory and leave what is asked for. Then everything is made to fail, and all that was said is searched for the password.',
  run,
}

async function run(context: Context): Promise<Outcome> {
  const { seed, quick, onProgress } = context
  onProgress(0, 'bombs')
  const blasts = await explode()
  // The rest mostly waits, so the values have a processor to themselves.
  const shares = { fuzz: 0, rest: 0 }
  const part =
    (name: keyof typeof shares, from: number, to: number, what: string) =>
    (share: number): void => {
      shares[name] = from + (to - from) * share
      onProgress(0.05 + 0.95 * Math.min(shares.fuzz, shares.rest), what)
    }
  const stop = new AbortController()
  const cases = quick ? 50_000 : 1_000_000
  const fuzzing = fuzzApart(seed, cases, part('fuzz', 0, 1, 'mutated values'), stop.signal)
  fuzzing.catch(() => {}) // it is awaited below
  try {
    const { floods, problems } = await forge(quick, part('rest', 0, 0.4, 'forged messages'))
    const leaked = await leaks(quick, part('rest', 0.4, 0.7, 'failures, and what they say'))
    const busting = await bust(seed, quick ? 100_000 : 1_000_000, part('rest', 0.7, 0.95, 'a flood of keys'))
    const collisions = await collide(seed, quick ? 20_000 : 100_000)
    shares.rest = 1
    const findings: Findings = { blasts, fuzzed: await fuzzing, busting, collisions, floods, leaked }
    const repeat = `pnpm prove security --seed ${seed}${quick ? ' --quick' : ''}`
    return { failures: failuresOf(findings, problems, repeat), ...describe(findings) }
  } finally {
    stop.abort()
  }
}

async function forge(
  quick: boolean,
  onProgress: (share: number) => void,
): Promise<{ floods: Flood[]; problems: string[] }> {
  const redis = await startRedis()
  try {
    return await flood(redis.url, quick ? FORGERIES.filter(one => one.quick) : FORGERIES, onProgress)
  } finally {
    await redis.stop()
  }
}
