/**
 * The changes of each key, from a trace of writes: the key of each write, and the time since the write before it in ms. Ids are dense.
 */
export function changesOf(
  keys: ArrayLike<number>,
  gaps: ArrayLike<number>,
): { readonly changes: readonly Float64Array[]; readonly durationMs: number } {
  const lists: number[][] = []
  let at = 0
  for (let i = 0; i < keys.length; i++) {
    at += gaps[i] ?? 0
    const key = keys[i] ?? 0
    while (lists.length <= key) lists.push([])
    lists[key]?.push(at)
  }
  return { changes: lists.map(list => Float64Array.from(list)), durationMs: at }
}
