import { together } from '../replace.ts'
import type { Ablation } from './ablation.ts'
import { IN_COHERENCE } from './coherence.ts'
import { IN_ENGINE } from './engine.ts'
import { IN_REDIS } from './redis.ts'

const MISSING = [
  'fill: lease',
  'fill: tags and prefixes',
  'gap detection',
  'heartbeat and Δ lease',
  'journal',
  'hold',
  'judge: Redis',
  'judge: load',
  'detaching flights',
  'joiners look again',
]

/** What is left when all of it is switched off: delete and publish, as most caches of two tiers do. */
export const NAIVE: Ablation = {
  name: 'naive',
  about: 'An invalidation deletes the key and tells whoever listens. Nothing else is done.',
  apply: together(
    ...[...IN_REDIS, ...IN_COHERENCE, ...IN_ENGINE]
      .filter(({ name }) => MISSING.includes(name))
      .map(ablation => ablation.apply),
  ),
}
