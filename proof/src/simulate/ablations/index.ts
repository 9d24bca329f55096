import type { Ablation } from './ablation.ts'
import { IN_COHERENCE } from './coherence.ts'
import { IN_ENGINE } from './engine.ts'
import { IN_REDIS } from './redis.ts'

export type { Ablation } from './ablation.ts'

/** Every mechanism that the gate switches off, one at a time. */
export const ABLATIONS: readonly Ablation[] = [...IN_REDIS, ...IN_COHERENCE, ...IN_ENGINE]
