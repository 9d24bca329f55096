/**
 * A number from 0 up to 1 that depends on nothing but its arguments. Where chance is a function of the moment and not of how often
 * it was asked before, leaving a step out of a plan changes nothing else.
 */
export function noise(seed: number, what: number, when: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(what + 0x7f4a7c15, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) ^ Math.imul(Math.floor(when * 1024) | 0, 0x297a2d39)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}
