import type { Scene } from './scene.ts'

const running = new WeakMap<Scene, { stopped: boolean; done: Promise<void> }>()

/** Something done to a scene again and again, until it is stopped. One at a time per scene. */
export const pulse = {
  /** Resolves when it was done once. What it rejects with is of no interest: next time may do. */
  async start(scene: Scene, everyMs: number, run: () => Promise<unknown>): Promise<void> {
    await run()
    const state = { stopped: false, done: Promise.resolve() }
    const next = async (): Promise<void> => {
      while (!state.stopped) {
        await new Promise(resolve => setTimeout(resolve, everyMs))
        if (!state.stopped) await run().catch(() => {})
      }
    }
    state.done = next()
    running.set(scene, state)
  },

  async stop(scene: Scene): Promise<void> {
    const state = running.get(scene)
    if (state === undefined) return
    state.stopped = true
    await state.done
  },
}
