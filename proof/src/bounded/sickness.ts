import type { Scene } from './scene.ts'

/** One way in which Redis can be of no use, or of less. */
export interface Sickness {
  readonly name: string
  readonly about: string
  /** Resolves when it has taken hold. */
  readonly inflict: (scene: Scene) => unknown
  /** Resolves when Redis is well: recovery is timed from here. */
  readonly heal: (scene: Scene) => unknown
  /** What the circuit must do while it lasts; `undefined`: either is right. */
  readonly circuit: 'opens' | 'stays closed' | undefined
  /** What invalidations must be while it lasts; `undefined`: either is right. */
  readonly invalidations: 'deferred' | 'committed' | undefined
  /** Redis has lost its data by the end of it. */
  readonly forgets?: true
  /** Among those that the short form tries. */
  readonly quick?: true
}
