import type { LoadContext } from '../../../packages/core/src/load-context.ts'
import type { Load } from '../history/history.ts'
import type { Row, Value } from './database.ts'
import type { Life } from './instance.ts'
import { noise } from './noise.ts'
import type { Scene } from './scene.ts'
import { noteLoaded } from './unconfirmed.ts'

/** What a load that was planned to fail throws. */
export class PlannedError extends Error {}

/** A row at one moment. */
interface Snapshot {
  readonly value: Value
  readonly tags: readonly string[]
}

const SYNCHRONOUS_SHARE = 0.1
const NOT_MODIFIED_SHARE = 0.3
const SET_TAGS_SHARE = 0.4

/** How the rows are loaded for one call: how long that takes, when in between the database answers, whether it fails. */
export class Loading {
  readonly #scene: Scene
  readonly #life: Life
  readonly #dice: number
  /** The database is quick and well. */
  readonly #isQuiet: boolean
  /** Whether tags are given by the loader rather than with the call. */
  readonly setsTags: boolean

  constructor(scene: Scene, life: Life, dice: number, isQuiet: boolean) {
    this.#scene = scene
    this.#life = life
    this.#dice = dice
    this.#isQuiet = isQuiet
    this.setsTags = noise(dice, 1, 0) < SET_TAGS_SHARE
  }

  /** Loads one row. */
  async one(row: Row, context: LoadContext): Promise<Value> {
    const [snapshot] = await this.#run([row])
    if (snapshot === undefined) throw new PlannedError('There is no such row.')
    if (this.setsTags || row.kind === 'moving') context.setTags(snapshot.tags)
    const stale = context.stale as Value | undefined
    if (stale?.version === snapshot.value.version && noise(this.#dice, 2, 0) < NOT_MODIFIED_SHARE)
      return context.notModified()
    return snapshot.value
  }

  /** Loads several rows in one query. */
  async many(rows: readonly Row[]): Promise<Value[]> {
    return (await this.#run(rows)).map(snapshot => snapshot.value)
  }

  async #run(rows: readonly Row[]): Promise<readonly Snapshot[]> {
    const { recorder, plan } = this.#scene
    const { usualMs, slowShare, slowMs, throwShare } = plan.world.loads
    const loads = rows.map((row): Load => {
      const { instance, number } = this.#life
      return { instance, life: number, key: row.id, t0: recorder.stamp(), t1: Infinity, failed: false }
    })
    recorder.history.loads.push(...loads)
    recorder.count('loads', loads.length)
    const ended = recorder.begin(this.#life, 'load', rows[0]?.id ?? '', recorder.stamp(), Infinity)
    const isSlow = !this.#isQuiet && noise(this.#dice, 3, 0) < slowShare
    const ms = (isSlow ? slowMs : usualMs) * noise(this.#dice, 4, 0)
    const fails = !this.#isQuiet && noise(this.#dice, 5, 0) < throwShare
    const snapshots =
      noise(this.#dice, 6, 0) < SYNCHRONOUS_SHARE ? this.#look(rows) : await this.#query(rows, ms)
    const t1 = recorder.stamp()
    ended(t1)
    for (const { value } of snapshots) noteLoaded(value)
    for (const load of loads) Object.assign(load, { t1, failed: fails })
    if (fails) throw new PlannedError('The database is not well.')
    return snapshots
  }

  /** The database answers somewhere in between, whatever becomes of the process meanwhile. */
  #query(rows: readonly Row[], ms: number): Promise<readonly Snapshot[]> {
    const { time } = this.#scene
    return new Promise(resolve => {
      const there = ms * noise(this.#dice, 7, 0)
      time.at(time.now + there, () => {
        const snapshots = this.#look(rows)
        time.at(time.now + ms - there, () => this.#life.process.enter(() => resolve(snapshots)))
      })
    })
  }

  #look(rows: readonly Row[]): readonly Snapshot[] {
    const { database } = this.#scene
    return rows.map(row => ({ value: { key: row.id, version: row.version }, tags: database.tagsOf(row) }))
  }
}
