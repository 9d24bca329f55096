import type { Answer, Instance } from '../real/contender.ts'

/** A call that takes longer is given up by whoever made it. */
export const PATIENCE_MS = 6000
/** While so many calls hang on an instance, nothing is expected of others. */
const LAST_STRAW = 5
const IMPATIENCE_MS = 20

const NOTHING: Answer = { value: undefined, stale: false, tier: undefined }

/**
 * An instance as an application has it that does not wait forever: a run must come to its end, even where an instance never answers
 * again. A call that hangs is rejected; once several do, reads that hang find nothing after a moment, until what hung has settled.
 */
export function withPatience(instance: Instance, patienceMs: number = PATIENCE_MS): Instance {
  let hanging = 0
  const bounded = async <T>(call: Promise<T>, without?: T): Promise<T> => {
    let timer: NodeJS.Timeout | undefined
    let isGivenUp = false
    const answer = call.finally(() => (hanging -= Number(isGivenUp)))
    const isHopeless = hanging >= LAST_STRAW
    const late = new Promise<T>((resolve, reject) => {
      const giveUp = (): void => {
        isGivenUp = true
        hanging++
        if (isHopeless && without !== undefined) resolve(without)
        else reject(new Error('the call did not settle, and was given up'))
      }
      timer = setTimeout(giveUp, isHopeless ? IMPATIENCE_MS : patienceMs)
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
    }
  }
  const getMany = instance.getMany?.bind(instance)
  const getOrSetMany = instance.getOrSetMany?.bind(instance)
  const deleteByTag = instance.deleteByTag?.bind(instance)
  const clear = instance.clear?.bind(instance)
  return {
    ...instance,
    get: key => bounded(instance.get(key), NOTHING),
    getOrSet: (key, life) => bounded(instance.getOrSet(key, life), NOTHING),
    set: (rows, life) => bounded(instance.set(rows, life)),
    delete: keys => bounded(instance.delete(keys)),
    ...(getMany && { getMany: keys => bounded(getMany(keys), keys.map(nothing)) }),
    ...(getOrSetMany && {
      getOrSetMany: (keys, life) => bounded(getOrSetMany(keys, life), keys.map(nothing)),
    }),
    ...(deleteByTag && { deleteByTag: tag => bounded(deleteByTag(tag)) }),
    ...(clear && { clear: () => bounded(clear()) }),
  }
}

function nothing(): Answer {
  return NOTHING
}
