import { expect, test } from 'vitest'
import type { Partition } from '../../src/coherence/partition.ts'
import { Entry } from '../../src/entry.ts'
import { Flight, Flights } from '../../src/flight.ts'
import type { Found } from '../../src/found.ts'
import { DEFAULT_POLICY } from '../../src/policy.ts'

const partition = { index: 0, now: 0, trustedUntil: 0, generation: 0 } as Partition

test('a flight that has ended holds nothing of what it found', async () => {
  const flights = new Flights()
  const flight = new Flight('a', partition, DEFAULT_POLICY, undefined, false)
  const life = { bornAt: 0, freshUntil: 1, staleUntil: 0 }
  const found: Found = {
    kind: 'fresh',
    entry: new Entry('value', life, 0, 0, [], 5, partition),
    bytes: Buffer.alloc(0),
    passing: false,
  }
  flight.looked = Promise.resolve(found)
  flights.add(flight)
  const joined = flight.looked
  flights.remove(flight)
  expect(await joined).toBe(found)
  expect((await flight.looked).kind).toBe('none')
})
