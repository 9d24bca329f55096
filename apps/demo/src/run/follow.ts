import { monotonicMs } from '../clock.ts'
import type { Row } from '../measure/tally.ts'
import type { Scene } from '../view/scene.ts'
import type { Screen } from '../view/screen.ts'

/** Samples and shows the scene until told to end; the last sample is taken then. */
export function follow(scene: Scene, screen: Screen): { end(): Promise<void> } {
  const { hitRates } = scene
  let before = { hits: 0, reads: 0, at: monotonicMs() }
  let shownAt = 0
  let running: Promise<void> | undefined
  const round = async (): Promise<void> => {
    await scene.sampler.sample()
    const now = monotonicMs()
    if (now - before.at >= 1000 - screen.everyMs / 2) {
      const { hits, reads } = hitsAndReads(scene.tally.all)
      hitRates.push((hits - before.hits) / (reads - before.reads))
      before = { hits, reads, at: now }
    }
    screen.show(scene)
    shownAt = now
  }
  const tick = (): void => {
    running ??= round().finally(() => (running = undefined))
  }
  const timer = setInterval(tick, screen.everyMs)
  return {
    async end() {
      clearInterval(timer)
      await running
      if (monotonicMs() - shownAt > screen.everyMs / 2) await round()
      else await scene.sampler.sample()
    },
  }
}

function hitsAndReads({ byTier, reads }: Row): { hits: number; reads: number } {
  return { hits: byTier.memory + byTier.redis, reads }
}
