import { contender as bentocache } from '../../peers/bentocache/contender.ts'
import { boundedSection } from '../bounded/section.ts'
import { memorySection } from '../memory/section.ts'
import { peersSection } from '../peers/section.ts'
import { historySections } from '../real/sections.ts'
import type { Package } from '../report/machine.ts'
import type { Section } from '../section.ts'
import { securitySection } from '../security/section.ts'
import { ablationSection } from '../simulate/ablation-section.ts'
import { simulateSection } from '../simulate/section.ts'
import { soakSection } from '../soak/section.ts'
import { throughputSection } from '../throughput/section.ts'

/** Every section, in the order they run. */
export const sections: readonly Section[] = [
  simulateSection,
  ablationSection,
  ...historySections,
  boundedSection,
  throughputSection,
  memorySection,
  securitySection,
  soakSection,
  peersSection,
]

/** Other caches are no promise of ours, and a minute shows only a leak that is a flood. */
const LONG = ['soak', 'peers']

/** Whether a section runs without being named. */
export function runByItself({ name }: Section, quick: boolean): boolean {
  return !quick || !LONG.includes(name)
}

/** Packages whose versions a figure depends on. */
export const packages: readonly Package[] = [
  { name: '@tiercache/core', from: import.meta.url },
  { name: 'ioredis', from: import.meta.url },
  { name: 'bentocache', from: bentocache.module },
  { name: 'cacheable', from: import.meta.url },
  { name: '@qified/redis', from: import.meta.url },
  { name: 'layered-loader', from: import.meta.url },
]
