import { describe, expect, test } from 'vitest'
import { examine, type Findings } from '../../src/bounded/examination.ts'
import type { Sickness } from '../../src/bounded/sickness.ts'
import { verdictOf } from '../../src/bounded/verdict.ts'

const SICK_MS = 2100

const refused: Sickness = {
  name: 'refused',
  about: 'the port is closed',
  inflict: ({ link }) => link.refuse(),
  heal: ({ link }) => link.admit(),
  circuit: 'opens',
  invalidations: 'deferred',
}

describe('an examination', { timeout: 40_000 }, () => {
  test('finds nothing wrong with a Redis that refuses, and is well again', async () => {
    const findings = await examine(refused, SICK_MS)
    expect(verdictOf(findings).filter(({ aboutTime }) => !aboutTime)).toEqual([])
    expect(findings.sick.invalidated.every(({ status }) => status === 'deferred')).toBe(true)
  })

  test('notices that nothing recovers, and that what was deferred is lost, where Redis does not heal', async () => {
    const findings = await examine({ ...refused, inflict: refuseOnce(), heal: () => {} }, SICK_MS)
    const verdict = textsOf(findings).join('\n')
    for (const words of ['the circuit is closed', 'the cache is coherent', 'reads are served from Redis'])
      expect(verdict).toContain(`${words} Infinity ms`)
    expect(findings.lost).toContain('target:delete on the server')
    expect(findings.lost).toContain('clear in Redis')
    expect(findings.lost).toContain('deleteByTag at the second instance')
  })

  test('notices a Redis that is not sick at all', async () => {
    const findings = await examine({ ...refused, inflict: () => {}, heal: () => {} }, SICK_MS)
    expect(textsOf(findings)).toContain('the circuit did not open')
    expect(textsOf(findings)).toContain('delete was committed, not deferred')
  })
})

/** What is closed already cannot be closed again. */
function refuseOnce(): Sickness['inflict'] {
  let done = false
  return ({ link }) => {
    if (done) return undefined
    done = true
    return link.refuse()
  }
}

function textsOf(findings: Findings): string[] {
  return verdictOf(findings).map(({ text }) => text)
}
