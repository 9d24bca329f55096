import { ACCESS } from './access-sicknesses.ts'
import { NETWORK } from './network-sicknesses.ts'
import { SERVER } from './server-sicknesses.ts'
import type { Sickness } from './sickness.ts'

/** Every way in which Redis can be sick, that we know how to bring about. */
export const SICKNESSES: readonly Sickness[] = [...SERVER, ...NETWORK, ...ACCESS]
