import { type Definition, FIRST_RECORD } from './scan.ts'

/** The names that definitions give, a character per byte. Empty if the records are not numbered as those of a layout are. */
export function namesOf(bytes: Buffer, definitions: readonly Definition[]): string {
  let names = ''
  let next = FIRST_RECORD
  for (const { id, keysAt, end } of definitions) {
    if (id !== next++) return ''
    names += bytes.toString('latin1', keysAt, end)
  }
  return names
}

/** Copies MessagePack into a target from `to` on, with only the ids left of the definitions. Gives where it ends. */
export function copyWithout(
  bytes: Buffer,
  definitions: readonly Definition[],
  target: Buffer,
  to: number,
): number {
  let from = 0
  for (const { start, id, end } of definitions) {
    to += bytes.copy(target, to, from, start)
    target[to++] = id
    from = end
  }
  return to + bytes.copy(target, to, from)
}
