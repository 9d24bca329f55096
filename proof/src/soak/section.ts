import type { Context, Outcome, Section } from '../section.ts'
import { outcomeOf } from './outcome.ts'
import { soak } from './soak.ts'

const MINUTES = 1
const INSTANCES = 8

/** A minute of `pnpm soak`. */
export const soakSection: Section = {
  name: 'soak',
  title: 'A minute of mixed load under faults',
  about: 'a minute of the soak: 8 processes, faults all the time, memory and staleness watched',
  explains:
    'Eight processes read, write and invalidate on one Redis, which is paused, frozen and flushed, and whose connections are killed. Every value ' +
    'carries its version, and every read is held against what was committed Δ before it and against what its own instance had written. In the end every ' +
    'process has of every key what the database has. A minute shows only a leak that is a flood; `pnpm soak` runs for hours and shows one of 1 MB an hour.',
  run,
}

async function run({ seed, onProgress }: Context): Promise<Outcome> {
  const { signal } = new AbortController()
  const seen = await soak({ minutes: MINUTES, instances: INSTANCES, seed, signal, onProgress })
  return outcomeOf(seen, `pnpm soak --minutes ${MINUTES} --seed ${seed}`)
}
