import { describe, expect, test } from 'vitest'
import { ABLATIONS } from '../../src/simulate/ablations/index.ts'
import { NAIVE } from '../../src/simulate/ablations/naive.ts'
import type { Ablation } from '../../src/simulate/ablations/ablation.ts'
import { generate } from '../../src/simulate/generate.ts'
import type { Plan } from '../../src/simulate/plan.ts'
import { describe as told, shrink } from '../../src/simulate/shrink.ts'
import { simulate } from '../../src/simulate/simulate.ts'
import { verdictOf, type Verdict } from '../../src/simulate/verdict.ts'

const seeds = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

function ablation(name: string): Ablation {
  const found = ABLATIONS.find(one => one.name === name)
  if (found === undefined) throw new Error(`There is no ablation ${name}.`)
  return found
}

async function judged(plan: Plan): Promise<Verdict | undefined> {
  return verdictOf(plan, await simulate(plan))
}

async function without<T>({ apply }: Ablation, run: () => Promise<T>): Promise<T> {
  const undo = apply()
  try {
    return await run()
  } finally {
    undo()
  }
}

async function firstCaught(missing: Ablation, most: number): Promise<{ plan: Plan; verdict: Verdict }> {
  return without(missing, async () => {
    for (const seed of seeds(most)) {
      const plan = generate(seed)
      const verdict = await judged(plan)
      if (verdict !== undefined) return { plan, verdict }
    }
    throw new Error(`${missing.name} was not noticed in ${most} seeds.`)
  })
}

describe('a simulation', () => {
  test('keeps every promise', { timeout: 60_000 }, async () => {
    for (const seed of seeds(60)) expect(await judged(generate(seed))).toBeUndefined()
  })

  test('is the same for the same seed, and another for another', { timeout: 60_000 }, async () => {
    const digests = new Set<string>()
    for (const seed of seeds(12)) {
      const [first, second] = [await simulate(generate(seed)), await simulate(generate(seed))]
      expect(second.digest).toBe(first.digest)
      expect(second.history.reads).toEqual(first.history.reads)
      digests.add(first.digest)
    }
    expect(digests.size).toBe(12)
  })

  test('goes on the same way around a step that is left out', async () => {
    const plan = generate(3)
    const last = plan.steps.length - 1
    const most = { ...plan, steps: plan.steps.slice(0, last) }
    const at = plan.steps[last]?.at ?? 0
    const before = (reads: readonly { t1: number }[]): unknown[] => reads.filter(read => read.t1 < at)
    const [a, b] = [await simulate(plan), await simulate(most)]
    expect(before(b.history.reads)).toEqual(before(a.history.reads))
    expect(before(a.history.reads).length).toBeGreaterThan(50)
  })

  test('convicts a naive cache, by several promises', { timeout: 60_000 }, async () => {
    const broken = await without(NAIVE, async () => {
      const found = new Set<string>()
      for (const seed of seeds(150))
        for (const { invariant } of (await simulate(generate(seed))).violations) found.add(invariant)
      return found
    })
    for (const promise of ['bound', 'read-your-writes', 'settled', 'monotonic'])
      expect([...broken]).toContain(promise)
    expect([...broken]).not.toContain('phantom')
  })
})

describe('an ablation', () => {
  test.each(['fill: lease', 'lease: one holder', 'journal', 'own order', 'joiners look again', 'snapshot'])(
    '%s is noticed, and is over when it is over',
    { timeout: 120_000 },
    async name => {
      const { plan } = await firstCaught(ablation(name), 200)
      expect(await judged(plan)).toBeUndefined()
    },
  )

  test('has a name of its own and says what is missing', () => {
    expect(new Set(ABLATIONS.map(one => one.name)).size).toBe(ABLATIONS.length)
    for (const { about } of ABLATIONS) expect(about).toMatch(/^[A-Z].*\.$/)
  })
})

describe('shrinking', () => {
  test(
    'leaves the few steps that matter, and they break the same promise',
    { timeout: 120_000 },
    async () => {
      const missing = ablation('drop')
      const { plan, verdict } = await firstCaught(missing, 50)
      const small = await without(missing, () =>
        shrink(plan, async candidate => (await judged(candidate))?.invariant === verdict.invariant),
      )
      expect(small.steps.length).toBeLessThan(10)
      expect((await without(missing, () => judged(small)))?.invariant).toBe(verdict.invariant)
      expect(await judged(small)).toBeUndefined()
      expect(told(small).split('\n').length).toBeLessThan(20)
    },
  )

  test('stops after so many runs', async () => {
    let runs = 0
    const plan = generate(1)
    await shrink(plan, async () => ++runs > 0 && false, 10)
    expect(runs).toBeLessThanOrEqual(10)
  })
})
