import type { Cache } from '@tiercache/core'
import { optionError } from '@tiercache/core/options'
import { Costs } from './costs.ts'
import { Listeners, type RunReport, type WarmingEvents } from './events.ts'
import { resolveOptions, type Settings, type WarmerOptions } from './options.ts'
import { Pace } from './pace.ts'
import { prefixOf } from './prefix.ts'
import { run, type RunParts, Stop } from './run.ts'
import { Snapshot } from './snapshot.ts'
import type { Source } from './source.ts'

/** The namespace of what a warmer keeps in the cache: hot keys, and who loads. */
const SPACE = 'tiercache-warming'
/** How long other instances that start take the loads of one for done. */
const STARTED_FOR_MS = 30_000
/** The same for a scheduled time, which they may reach later by their clocks. */
const SCHEDULED_FOR_MS = 600_000
/** Calls of `run` this close together are one. */
const ASKED_FOR_MS = 1000

/** Which run of a source it is. */
interface Round {
  readonly name: string
  readonly forMs: number
  readonly fresh: boolean
}

/**
 * Fills a cache before its readers ask. Made by `createWarmer`, which also starts it. Trouble in Redis, in a source or in a loader is
 * told by events and reports, and never thrown.
 */
export class Warmer {
  readonly #cache: Cache
  readonly #settings: Settings
  readonly #listeners = new Listeners()
  readonly #snapshot: Snapshot | undefined
  readonly #parts: RunParts
  readonly #running = new Map<
    string,
    { readonly controller: AbortController; readonly ending: Promise<RunReport> }
  >()
  /** Sources that have not been warmed since the start, because Redis was away. */
  readonly #owed: Set<string>
  readonly #undo: (() => void)[] = []
  readonly #timers = new Map<string, () => void>()
  readonly #ready: Promise<readonly RunReport[]>
  #saving: Promise<unknown> = Promise.resolve()
  #stopping: Promise<void> | undefined

  /** Use `createWarmer`. */
  constructor(cache: Cache, options: WarmerOptions) {
    const settings = resolveOptions(cache, options)
    this.#cache = cache
    this.#settings = settings
    const space = cache.namespace(SPACE, { grace: 0, jitter: 0, swr: false, refreshAhead: 0 })
    const ownKeys = prefixOf(space)
    const costs = new Costs()
    const { snapshot, concurrency, rate } = settings
    const merging = { limit: snapshot?.keys ?? 10_000, halfLifeMs: snapshot?.halfLifeMs ?? 600_000 }
    const hotKeys = new Snapshot(cache, space, merging, costs)
    this.#snapshot = snapshot && hotKeys
    this.#parts = {
      context: { cache, hot: () => hotKeys.read() },
      space,
      pace: new Pace({ concurrency, rate }, cache.clock),
      costs,
      listeners: this.#listeners,
      warmed: keys => hotKeys.ignore(keys),
    }
    this.#owed = new Set(settings.sources.keys())
    this.#undo.push(
      cache.on('load', ({ key, ms, error }) => {
        if (error === undefined && !key.startsWith(ownKeys)) costs.note(key, ms)
      }),
      cache.on('coherence', ({ state }) => {
        if (state === 'degraded') this.#end(new Stop('degraded'))
        else void this.#ready.then(() => this.#payOwed())
      }),
    )
    const { signal } = settings
    const abort = (): void => void this.#stop(false)
    signal?.addEventListener('abort', abort)
    this.#undo.push(() => signal?.removeEventListener('abort', abort))
    this.#ready = this.#start()
    if (signal?.aborted) abort()
  }

  /**
   * Resolves with how the critical sources were warmed: when all of them have ended, after `deadline` at the latest, at once where Redis
   * is away. Never rejects: a start must not fail because nothing could be warmed.
   */
  ready(): Promise<readonly RunReport[]> {
    return this.#ready
  }

  /**
   * Warms a source now, or waits for its run under way: what is missing, or with `refresh` all of it. Never rejects but with
   * `E_OPTION` for a name that no source has. `snapshot` is the name of the hot keys.
   */
  async run(name: string, { refresh = false }: { readonly refresh?: boolean } = {}): Promise<RunReport> {
    const source = this.#settings.sources.get(name)
    if (source === undefined) {
      const names = [...this.#settings.sources.keys()].join(', ')
      throw optionError('name', name, `must be the name of a source: ${names}`)
    }
    // Before that it cannot be told whether Redis is away.
    await this.#cache.ready()
    const round = { name: refresh ? 'refresh' : 'asked', forMs: ASKED_FOR_MS, fresh: refresh }
    return this.#run(name, source, round, this.#settings.deadlineMs)
  }

  /** Adds the keys that are hot here to the snapshot now. Resolves with the number of keys in it; `undefined` where it was not saved. */
  save(): Promise<number | undefined> {
    const saving = this.#saving.then(() => this.#save())
    this.#saving = saving
    return saving
  }

  /** Listens to an event. The function returned stops it. */
  on<E extends keyof WarmingEvents>(type: E, listener: (event: WarmingEvents[E]) => void): () => void {
    return this.#listeners.on(type, listener)
  }

  /**
   * Ends all runs and schedules, and saves the hot keys a last time. Call it when the process is told to stop, before `cache.close()`.
   * Loads under way go on in the cache. Never rejects.
   */
  stop(): Promise<void> {
    return this.#stop(true)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #start(): Promise<readonly RunReport[]> {
    const { clock } = this.#cache
    await this.#cache.ready()
    const end = clock.now() + this.#settings.deadlineMs
    const reports: RunReport[] = []
    for (const [name, source] of this.#settings.sources)
      if (source.settings.critical)
        reports.push(await this.#runStart(name, source, Math.max(1, end - clock.now())))
    if (this.#stopping === undefined) this.#schedule()
    void this.#payOwed()
    return reports
  }

  /** Warms, one after another, what has not been warmed since the start. */
  async #payOwed(): Promise<void> {
    for (const [name, source] of this.#settings.sources) {
      if (!this.#owed.has(name) || this.#running.has(name) || this.#stopping !== undefined) continue
      await this.#runStart(name, source, this.#settings.deadlineMs)
    }
  }

  async #runStart(name: string, source: Source, deadlineMs: number): Promise<RunReport> {
    const round = { name: 'start', forMs: STARTED_FOR_MS, fresh: false }
    const report = await this.#run(name, source, round, deadlineMs)
    if (report.ended !== 'degraded') this.#owed.delete(name)
    return report
  }

  #run(
    name: string,
    source: Source,
    { name: round, forMs, fresh }: Round,
    deadlineMs: number,
  ): Promise<RunReport> {
    const known = this.#running.get(name)
    if (known !== undefined) return known.ending
    const controller = new AbortController()
    const cancel = this.#cache.clock.after(deadlineMs, () => controller.abort(new Stop('deadline')))
    if (this.#stopping !== undefined) controller.abort(new Stop('stopped'))
    else if (this.#cache.stats().coherence === 'degraded') controller.abort(new Stop('degraded'))
    const options = { name, source, fresh, round, doneForMs: forMs, deadlineMs, signal: controller.signal }
    const ending = run(this.#parts, options).finally(() => {
      cancel()
      this.#running.delete(name)
    })
    this.#running.set(name, { controller, ending })
    return ending
  }

  #schedule(): void {
    const { clock } = this.#cache
    for (const [name, { settings }] of this.#settings.sources)
      if (settings.timetable !== undefined) this.#runAt(name, settings.timetable.next(clock.wall()))
    const { snapshot } = this.#settings
    if (snapshot === undefined) return
    const saveLater = (): void => {
      const save = (): void => void this.save().then(saveLater)
      if (this.#stopping === undefined) this.#timers.set(' save', clock.after(snapshot.everyMs, save))
    }
    saveLater()
  }

  /** Runs a source at a time all instances agree on, and then again. */
  #runAt(name: string, wallMs: number | undefined): void {
    const source = this.#settings.sources.get(name)
    if (source === undefined || wallMs === undefined || this.#stopping !== undefined) return
    const { clock } = this.#cache
    const { timetable, refresh } = source.settings
    const due = (): void => {
      const round = { name: String(wallMs), forMs: SCHEDULED_FOR_MS, fresh: refresh }
      void this.#run(name, source, round, this.#settings.deadlineMs).then(() =>
        // A timer may be a moment early by the wall clock; the same time must not come twice.
        this.#runAt(name, timetable?.next(Math.max(wallMs, clock.wall()))),
      )
    }
    this.#timers.set(name, clock.after(Math.max(1, wallMs - clock.wall()), due))
  }

  async #save(): Promise<number | undefined> {
    try {
      const keys = await this.#snapshot?.save()
      if (keys !== undefined) this.#listeners.emit('saved', { keys })
      return keys
    } catch (error) {
      this.#listeners.emit('failed', { source: 'snapshot', error })
      return undefined
    }
  }

  #stop(saving: boolean): Promise<void> {
    this.#stopping ??= this.#wind(saving)
    return this.#stopping
  }

  async #wind(saving: boolean): Promise<void> {
    for (const undo of this.#undo.splice(0)) undo()
    for (const cancel of this.#timers.values()) cancel()
    this.#end(new Stop('stopped'))
    await Promise.all([...this.#running.values()].map(({ ending }) => ending))
    if (saving) await this.save()
  }

  #end(why: Stop): void {
    for (const { controller } of this.#running.values()) controller.abort(why)
  }
}

/**
 * Starts to warm a cache: brings back the keys that were hot before the restart, warms the sources, the critical ones first, and keeps
 * the hot keys of all instances in Redis. Throws `CacheError` at once for options that cannot be; all else comes as events and reports.
 */
export function createWarmer(cache: Cache, options: WarmerOptions = {}): Warmer {
  return new Warmer(cache, options)
}
