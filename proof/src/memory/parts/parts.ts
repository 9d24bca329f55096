import type { Part } from '../part.ts'
import { codecPart } from './codec.ts'
import { cyclesPart } from './cycles.ts'
import { filledPart } from './filled.ts'
import { loadsPart } from './loads.ts'
import { localPart } from './local.ts'
import { marksPart } from './marks.ts'
import { namesPart } from './names.ts'
import { outagePart } from './outage.ts'
import { sizesPart } from './sizes.ts'

/** The parts of the section, in the order they run. */
export const parts: Readonly<Record<string, Part>> = {
  'the tables by themselves': marksPart,
  'a million names': namesPart,
  'an outage': outagePart,
  loads: loadsPart,
  'limits of memory': localPart,
  'memory filled from Redis': filledPart,
  'what values weigh': sizesPart,
  shapes: codecPart,
  'made and closed': cyclesPart,
}
