/** A number as people read it: whole ones in full, others with three digits that mean something. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return value === Infinity ? '∞' : '–'
  const size = Math.abs(value)
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  if (size >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(size >= 10 ? 3 : size >= 1 ? 2 : 2)))
}

/** How long something took, in the unit that fits. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 90) return `${Math.round(seconds)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

/** "1 seed", "2 seeds". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}
