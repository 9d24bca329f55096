import { C1 } from 'msgpackr'

/**
 * What plain MessagePack cannot say is written as an array that starts with the byte 0xc1, which MessagePack reserves
 * and no value of a caller can produce: `[0xc1, code, …]`. msgpackr's extensions are not used for these: its table of
 * extensions is one per process, so another module may change what they write and what reading them runs.
 */
export const ESCAPE: object = C1

// The codes are part of the stored format: they never change their meaning.
export const MAP = 1 // key, value, key, value, …
export const SET = 2 // item, …
export const OBJECT = 3 // key, value, … of an object with a key msgpackr would rename or trip over
export const TEXT = 4 // Buffer of UTF-16LE, for a string that UTF-8 would change
export const NEGATIVE_ZERO = 5
export const REGEXP = 6 // source, flags
export const ERROR = 7 // name, message, [cause] or [], errors or undefined, key, value, …
export const FLOAT16 = 8 // Buffer
