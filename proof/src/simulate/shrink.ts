import type { Plan, Step } from './plan.ts'

/** Whether a plan still breaks a promise. */
export type Breaks = (plan: Plan) => Promise<boolean>

/** Runs that shrinking may take. */
const MOST_RUNS = 400

/**
 * A smaller plan that breaks the same promise: without the instances, the steps and the surroundings that do not matter to it (delta debugging,
 * after Zeller and Hildebrandt).
 */
export async function shrink(plan: Plan, breaks: Breaks, mostRuns: number = MOST_RUNS): Promise<Plan> {
  let runs = 0
  const still: Breaks = async candidate => ++runs <= mostRuns && (await breaks(candidate))
  let small = plan
  for (let size = Infinity; runs < mostRuns && small.steps.length < size;) {
    size = small.steps.length
    small = await withoutTail(small, still)
    small = await withoutInstances(small, still)
    small = { ...small, steps: await fewest(small.steps, steps => still({ ...small, steps })) }
    small = await simpler(small, still)
  }
  return small
}

/** A plan, short enough to read. */
export function describe({ seed, durationMs, world, instances, steps }: Plan): string {
  const { rows, ...rest } = world
  const lines = steps.map(({ at, ...step }) => `${at.toFixed(3).padStart(10)}  ${stepLine(step, rows)}`)
  return [
    `seed ${seed}, ${durationMs} ms`,
    JSON.stringify(rest),
    ...instances.map((settings, i) => `#${i} ${JSON.stringify(settings)}`),
    ...lines,
  ].join('\n')
}

function stepLine(step: Omit<Step, 'at'>, rows: Plan['world']['rows']): string {
  const given = step as Step
  if (given.type === 'fault')
    return `! ${given.name} at #${given.instance} for ${given.forMs} ms (${given.dice})`
  const keys = given.rows.map(i => [...(rows[i]?.namespaces ?? []), rows[i]?.key].join('/')).join(', ')
  const then = given.next === undefined ? '' : `, then ${given.next}`
  return `#${given.instance} ${given.method} of ${keys}${given.strict ? ', strict' : ''}${then} (target ${given.target}, ${given.dice})`
}

/** Ends earlier. */
async function withoutTail(plan: Plan, still: Breaks): Promise<Plan> {
  let small = plan
  for (const share of [0.25, 0.5, 0.75, 0.9]) {
    const durationMs = Math.ceil(plan.durationMs * share)
    const shorter = { ...plan, durationMs, steps: plan.steps.filter(step => step.at < durationMs) }
    if (!(await still(shorter))) continue
    small = shorter
    break
  }
  return small
}

/** Leaves out what one instance does; the others keep their numbers. */
async function withoutInstances(plan: Plan, still: Breaks): Promise<Plan> {
  let small = plan
  for (const instance of plan.instances.keys()) {
    const without = { ...small, steps: small.steps.filter(step => step.instance !== instance) }
    if (without.steps.length < small.steps.length && (await still(without))) small = without
  }
  const last = Math.max(1, ...small.steps.map(step => step.instance + 1))
  const fewer = { ...small, instances: small.instances.slice(0, last) }
  return fewer.instances.length < small.instances.length && (await still(fewer)) ? fewer : small
}

/** The fewest steps that still do it, none of which can be left out alone. */
async function fewest(
  steps: readonly Step[],
  still: (steps: readonly Step[]) => Promise<boolean>,
): Promise<readonly Step[]> {
  let left = steps
  for (let parts = 2; left.length > 1 && parts <= left.length;) {
    const size = Math.ceil(left.length / parts)
    let smaller: readonly Step[] | undefined
    for (let from = 0; from < left.length && smaller === undefined; from += size) {
      const without = [...left.slice(0, from), ...left.slice(from + size)]
      if (await still(without)) smaller = without
    }
    if (smaller !== undefined) {
      left = smaller
      parts = Math.max(2, parts - 1)
    } else if (parts === left.length) break
    else parts = Math.min(left.length, parts * 2)
  }
  return left
}

/** Calmer surroundings. */
async function simpler(plan: Plan, still: Breaks): Promise<Plan> {
  let small = plan
  const worlds: readonly Partial<Plan['world']>[] = [
    { partitions: 1 },
    { logLength: 10_000 },
    { logBegins: 0 },
    { graceMs: 0 },
    { lateArrivals: false },
    { latency: { leastMs: 1, jitterMs: 0 } },
    { loads: { usualMs: 1, slowShare: 0, slowMs: 0, throwShare: 0 } },
  ]
  for (const world of worlds) {
    const calmer = { ...small, world: { ...small.world, ...world } }
    const instances = calmer.instances.map(one => ({ ...one, swr: calmer.world.graceMs > 0 && one.swr }))
    if (await still({ ...calmer, instances })) small = { ...calmer, instances }
  }
  return small
}
