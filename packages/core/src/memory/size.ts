const LOOKED_AT = 2000

/**
 * About how many bytes a value takes, for limits in bytes where it was never encoded. Looks at 2 000 parts and scales up from there,
 * so that a large value costs little to estimate.
 */
export function estimateBytes(value: unknown): number {
  let bytes = 0
  let looked = 0
  let known = 1
  const queue: unknown[] = [value]
  const seen = new Set<object>()
  for (
    let item = queue.pop();
    looked < LOOKED_AT && (looked === 0 || item !== undefined || queue.length > 0);
    item = queue.pop()
  ) {
    looked++
    bytes += flatBytes(item)
    if (typeof item !== 'object' || item === null || seen.has(item) || isFlat(item)) continue
    seen.add(item)
    const parts = partsOf(item)
    known += parts.length
    for (const part of parts) {
      if (queue.length >= LOOKED_AT) break
      queue.push(part)
    }
  }
  return Math.ceil(bytes * Math.max(1, known / looked))
}

function flatBytes(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 16 + value.length
    case 'bigint':
      return 24
    case 'object':
      if (value === null) return 8
      if (ArrayBuffer.isView(value)) return 64 + value.byteLength
      return value instanceof ArrayBuffer ? 64 + value.byteLength : 32
    default:
      return 8
  }
}

function isFlat(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Date
}

function partsOf(value: object): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value instanceof Map) return [...value.keys(), ...value.values()]
  if (value instanceof Set) return [...value]
  return Object.values(value)
}
