import { CacheError } from '../../../packages/core/src/errors.ts'
import type { Write } from '../history/history.ts'
import type { Row } from './database.ts'
import type { Life } from './instance.ts'
import { change, deletion, type Intent, isBroad, rowsOf } from './intents.ts'
import type { Call, World } from './plan.ts'
import type { Scene } from './scene.ts'

/** A write that Redis does not have yet; turns at rows end when it has. */
interface Unfinished {
  readonly life: Life
  readonly write: Write
  readonly rows: readonly Row[]
  readonly release: () => void
}

const RETRY_MS = 7

/** How the application changes the database and tells the cache of it, until the cache has taken it. */
export class Writing {
  readonly #scene: Scene
  readonly #unfinished = new Set<Unfinished>()

  constructor(scene: Scene) {
    this.#scene = scene
  }

  /** Writes that Redis does not have yet. */
  get waiting(): number {
    return this.#unfinished.size
  }

  /** Carries out a planned write. Resolves with the rows it concerned when the call has settled. */
  async perform(life: Life, call: Call): Promise<readonly Row[]> {
    const { database } = this.#scene
    const inTurn = isBroad(call) ? [] : rowsOf(database, call).filter(row => takesTurns(row, call))
    const release = inTurn.length === 0 ? () => {} : await database.take(inTurn)
    while (life.process.isPaused) await this.#wait()
    const rows = rowsOf(database, call)
    // Who has waited for its turn until all is to become quiet does without.
    if (
      !life.isOpen ||
      this.#scene.time.now > this.#scene.plan.durationMs ||
      (rows.length === 0 && !isBroad(call))
    ) {
      release()
      return []
    }
    await this.#write(life, change(life, rows, call), call.strict, release)
    return rows
  }

  /** A life has ended. What it had not brought to Redis is for the application to make good. */
  ended(life: Life): void {
    for (const one of Array.from(this.#unfinished)) {
      if (one.life !== life) continue
      if (one.write.t1 === Infinity) {
        one.write.t1 = this.#scene.recorder.stamp()
        one.write.status = 'failed'
      }
      void this.#makeGood(one)
    }
  }

  async #write(life: Life, intent: Intent, strict: boolean, release: () => void): Promise<void> {
    const { recorder, plan } = this.#scene
    const { how, soft, concerns } = intent
    const t0 = recorder.stamp()
    const write: Write = {
      instance: life.instance,
      life: life.number,
      how,
      soft,
      keys: concerns.map(row => [row.id, row.version]),
      t0,
      t1: Infinity,
      status: 'pending',
      committedAt: Infinity,
    }
    const unfinished: Unfinished = { life, write, rows: concerns, release }
    this.#unfinished.add(unfinished)
    recorder.write(write)
    const settled = recorder.begin(life, how, concerns[0]?.id ?? '', t0, budgetMs(plan.world, strict))
    try {
      const { status, done } = await intent.call({ strict }).catch((error: unknown) => {
        if (!strict || !isCode(error, 'E_REDIS') || !life.isOpen) throw error
        // Told that it is not known whether Redis has it, the application tries again.
        recorder.count('strict calls that failed')
        return deletion(life, concerns).call({})
      })
      write.t1 = recorder.stamp()
      write.status = status
      recorder.count(`writes ${status}`)
      if (status === 'committed') this.#committed(unfinished)
      else
        void done.then(
          () => this.#committed(unfinished),
          () => this.#makeGood(unfinished),
        )
    } catch (error) {
      write.t1 = recorder.stamp()
      write.status = 'failed'
      if (life.isOpen) recorder.unexpected(`${how} on #${life.instance}`, error)
      void this.#makeGood(unfinished)
    } finally {
      settled(recorder.stamp())
    }
  }

  #committed(unfinished: Unfinished): void {
    const { recorder, time, plan } = this.#scene
    const { write, rows, release } = unfinished
    if (!this.#unfinished.delete(unfinished)) return
    write.committedAt = write.status === 'committed' ? write.t1 : recorder.stamp()
    recorder.trace('committed', write.instance, write.keys.length)
    // Values with the tags of before a move may be served for Δ.
    time.at(time.now + (write.how === 'move' ? plan.world.deltaMs : 0), () => {
      if (write.how === 'move') for (const row of rows) row.isMoving = false
      release()
    })
  }

  /** Another instance deletes what a call concerned, once nothing of that call is on its way any more. */
  async #makeGood(unfinished: Unfinished): Promise<void> {
    const { lives, recorder } = this.#scene
    const { life, rows, release, write } = unfinished
    const other = (): Life | undefined => lives.find(one => one.isOpen && !one.process.isPaused)
    if (write.how === 'move') for (const row of rows) row.isMoving = true
    while (life.hasRequestsUnderWay || other() === undefined) await this.#wait()
    const next = other()
    if (next === undefined || !this.#unfinished.delete(unfinished)) return
    recorder.count('calls made good for a life that ended')
    const again = { ...deletion(next, rows), how: write.how === 'move' ? 'move' : 'delete again' }
    await this.#write(next, again, false, release)
  }

  #wait(): Promise<void> {
    const { time } = this.#scene
    return new Promise(resolve => time.at(time.now + RETRY_MS, resolve))
  }
}

function takesTurns(row: Row, call: Call): boolean {
  return row.kind === 'set' || (row.kind === 'moving' && call.method === 'move')
}

/** A SYNC before the first `set`, then one operation per step; a strict call is tried once more. */
function budgetMs({ deadlineMs }: World, strict: boolean): number {
  return (strict ? 2 : 1) * (6 * deadlineMs + 20)
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof CacheError && error.code === code
}
