/** Where a request may go. */
export interface Target {
  readonly name: string
  readonly address: string
}

/** Round robin over the targets that answer. */
export interface Rotation {
  put(target: Target): void
  drop(name: string): void
  /** The next target that is neither in `tried` nor resting; a resting one if there is no other; `undefined` if none is left. */
  next(tried: ReadonlySet<string>): Target | undefined
  /** It did not answer: it rests for a while. */
  failed(name: string): void
  readonly size: number
}

const restMs = 500

export function createRotation(now: () => number): Rotation {
  const targets: Target[] = []
  const restsUntil = new Map<string, number>()
  let turn = 0
  const resting = (target: Target): boolean => (restsUntil.get(target.name) ?? 0) > now()
  return {
    put(target) {
      const at = targets.findIndex(other => other.name === target.name)
      if (at < 0) targets.push(target)
      else targets[at] = target
      restsUntil.delete(target.name)
    },
    drop(name) {
      const at = targets.findIndex(other => other.name === name)
      if (at >= 0) targets.splice(at, 1)
    },
    next(tried) {
      const start = turn++
      const inTurn = targets.map((_, offset) => targets[(start + offset) % targets.length] as Target)
      const left = inTurn.filter(target => !tried.has(target.name))
      return left.find(target => !resting(target)) ?? left[0]
    },
    failed: name => void restsUntil.set(name, now() + restMs),
    get size() {
      return targets.length
    },
  }
}
