import { randomOf } from '../random.ts'
import type { Context, Failure, Outcome, Section } from '../section.ts'
import { deal } from './faults/deck.ts'
import { failuresOf } from './findings.ts'
import { contender as naive } from './naive.ts'
import { outcomeOf } from './outcome.ts'
import { controlPlan, convict } from './control.ts'
import { type Evidence, type Plan, runHistory } from './run.ts'
import { contender as tiercache } from './tiercache.ts'
import type { TopologyName } from './topology.ts'

/** Runs of one section: where, how many, how long. */
interface Round {
  readonly topology: TopologyName
  readonly label: string
  readonly full: { readonly seeds: number; readonly seconds: number }
  readonly quick: { readonly seeds: number; readonly seconds: number }
}

const CALM_MS = 2500
const HERE = 3
const CHILDREN = 2

const history: Section = {
  name: 'history',
  title: 'Histories on a real Redis',
  about: 'five instances, readers and writers, every fault there is, and a checker',
  explains: `Five instances of the cache, two of them processes of their own, share a Redis; each reaches it through a proxy of its own
that can be slow, silent or dead, separately for commands and for messages. Readers and writers work on hot rows and a long tail, by key,
tag and prefix, in bulk, with soft expiry and stale-while-revalidate, while one fault after the other is made: in the network, in Redis, in
the processes, in the database, in the bytes. Everything that anybody asked and was told is written down and checked against the promises.
At last all is put right, and every instance, and one that has nothing in memory, must have what the database has. A single answer that
breaks a promise fails; so does a process that dies, a write that is lost, and an instance that needs more than three seconds to recover.`,
  run: context =>
    play(context, 'history', [
      {
        topology: 'standalone',
        label: 'standalone',
        full: { seeds: 4, seconds: 20 },
        quick: { seeds: 1, seconds: 10 },
      },
    ]),
}

const sentinel: Section = {
  name: 'sentinel',
  title: 'Histories with Sentinel',
  about: 'the same, where primaries die and take the last writes with them',
  explains: `The same with a primary, a replica and three sentinels. The replica is cut off, writes are acknowledged that it never hears of,
and the primary is killed: the sentinels make a primary of what lacks the end of the log. What had been invalidated must not come back.`,
  run: context =>
    play(context, 'sentinel', [
      {
        topology: 'sentinel',
        label: 'Sentinel',
        full: { seeds: 2, seconds: 20 },
        quick: { seeds: 1, seconds: 10 },
      },
    ]),
}

const cluster: Section = {
  name: 'cluster',
  title: 'Histories on a Cluster',
  about: 'the same on three masters, with slots that move while they are in use',
  explains: `The same on a Cluster of three masters, where the log of a namespace is sixteen logs. Slots move from one master to another,
with everything in them, while they are read and written; masters stop and come back. Tags concern all masters.`,
  run: context =>
    play(context, 'cluster', [
      {
        topology: 'cluster',
        label: 'Cluster',
        full: { seeds: 2, seconds: 20 },
        quick: { seeds: 1, seconds: 10 },
      },
    ]),
}

const secure: Section = {
  name: 'secure',
  title: 'Histories over TLS, and with few permissions',
  about: 'the same over TLS, and as a Redis user with the documented permissions only',
  explains: `The same twice more: over TLS, and as a user of Redis who has the permissions that the documentation lists and no others,
which are taken away and given back meanwhile.`,
  run: context =>
    play(context, 'secure', [
      { topology: 'tls', label: 'TLS', full: { seeds: 1, seconds: 15 }, quick: { seeds: 1, seconds: 6 } },
      { topology: 'acl', label: 'ACL', full: { seeds: 1, seconds: 15 }, quick: { seeds: 1, seconds: 6 } },
    ]),
}

const control: Section = {
  name: 'control',
  title: 'The checker convicts what is wrong',
  about: 'a Map, GET, SET, DEL and PUBLISH under the same faults: it must be caught',
  explains: `The same run, with the cache that is usually built: a Map in front of GET and SET, DEL and PUBLISH to invalidate. A checker that
found nothing wrong with it would prove nothing, so this part fails if the answers of that cache keep the bound, or if its instances always
see what they have written themselves.`,
  async run(context) {
    const run = await runHistory(controlPlan(naive, context))
    return convict(run, context)
  },
}

/** All that is checked on a real Redis. */
export const historySections: readonly Section[] = [history, sentinel, cluster, secure, control]

async function play(context: Context, section: string, rounds: readonly Round[]): Promise<Outcome> {
  const plans = rounds.flatMap(round => plansOf(context, round))
  const runs: { readonly run: Evidence; readonly label: string }[] = []
  const failures: Failure[] = []
  for (const [i, { plan, label }] of plans.entries()) {
    const onProgress: Plan['onProgress'] = (share, what) =>
      context.onProgress((i + Math.min(1, share)) / plans.length, `${label}, seed ${plan.seed}: ${what}`)
    const run = await runHistory({ ...plan, onProgress })
    runs.push({ run, label })
    failures.push(...(await failuresOf(run, section, context.folder)))
  }
  const all = runs.map(({ run }) => run)
  const shown = outcomeOf(runs)
  const violations = all.reduce((sum, run) => sum + run.violations.length, 0)
  const reads = all.reduce((sum, run) => sum + run.history.reads.length, 0)
  return {
    failures,
    summary: `${all.length} ${all.length === 1 ? 'history' : 'histories'}, ${reads} reads, ${violations} violations`,
    ...shown,
  }
}

function plansOf(context: Context, round: Round): { readonly plan: Plan; readonly label: string }[] {
  const { topology, label } = round
  const { seeds, seconds } = context.quick ? round.quick : round.full
  return Array.from({ length: context.seeds ?? seeds }, (_, i) => {
    const seed = context.seed + i
    const faults = deal(topology, randomOf(seed + 3))
    const plan: Plan = {
      contender: tiercache,
      topology,
      seed,
      ms: seconds * 1000,
      calmMs: CALM_MS,
      here: HERE,
      children: CHILDREN,
      faults,
      onProgress: () => {},
    }
    return { plan, label }
  })
}
