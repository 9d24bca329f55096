/** How far a run is. */
export interface Progress {
  /** The source, by its name. */
  readonly source: string
  /** Keys of this run. */
  readonly total: number
  /** Keys it is through with: those in memory, loaded or failed. */
  readonly done: number
  /** Keys that were in memory or Redis. */
  readonly hydrated: number
  /** Keys that were loaded here. */
  readonly loaded: number
  readonly failed: number
  /** How long it will still take at this pace, in ms; `undefined` before there is one. */
  readonly etaMs: number | undefined
}

/** How a run ended. */
export interface RunReport {
  readonly source: string
  /**
   * `done`: all that could be warmed is. `deadline`, `stopped`: it was ended before. `degraded`: Redis was away, and what would have
   * been loaded could not have been kept. `failed`: the source could not say what to warm.
   */
  readonly ended: 'done' | 'deadline' | 'stopped' | 'degraded' | 'failed'
  /** Whether this instance did the loading; `false` also where there was nothing to load. */
  readonly led: boolean
  readonly total: number
  readonly hydrated: number
  readonly loaded: number
  readonly failed: number
  readonly ms: number
}

/** Every event of a warmer by name with what it says. */
export interface WarmingEvents {
  progress: Progress
  /** A run ended. */
  done: RunReport
  /** A key could not be loaded, or (without `id`) a source could not be read or a snapshot not be taken. The run goes on. */
  failed: { readonly source: string; readonly id?: unknown; readonly error: unknown }
  /** The hot keys were saved. */
  saved: { readonly keys: number }
}

type Listener<E extends keyof WarmingEvents> = (event: WarmingEvents[E]) => void

/** Listeners of a warmer, by event. What they throw reaches nobody but `process.emitWarning`. */
export class Listeners {
  readonly #byType: { [E in keyof WarmingEvents]: Set<Listener<E>> } = {
    progress: new Set(),
    done: new Set(),
    failed: new Set(),
    saved: new Set(),
  }

  on<E extends keyof WarmingEvents>(type: E, listener: Listener<E>): () => void {
    this.#byType[type].add(listener)
    return () => this.#byType[type].delete(listener)
  }

  emit<E extends keyof WarmingEvents>(type: E, event: WarmingEvents[E]): void {
    for (const listener of this.#byType[type]) {
      try {
        listener(event)
      } catch (error) {
        process.emitWarning(`A listener of '${type}' failed: ${String(error)}`, 'TiercacheWarning')
      }
    }
  }
}
