/** A mechanism of the protocol that can be switched off, in tests only. */
export interface Ablation {
  readonly name: string
  /** What is missing then. */
  readonly about: string
  /** Why no promise depends on it, where it is for speed or a second lock on a door. Whoever notices it then has learned something. */
  readonly spare?: string
  /** A seed that noticed it, for the short form to begin at: others may be far. */
  readonly noticedBy?: number
  /** Switches it off in this thread, for every cache, until the function returned is called. */
  readonly apply: () => () => void
}
