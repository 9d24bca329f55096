import { fuzz } from './fuzz.ts'

/*
 * Mutated values in a process of their own: `fuzz-child.ts <seed> <cases>`, started by fuzz-apart.ts. It tells shares of its way as
 * numbers, then its result.
 */
const [seed = 1, cases = 1000] = process.argv.slice(2).map(Number)
process.once('disconnect', () => process.exit())
const result = await fuzz(seed, cases, share => process.send?.(share))
process.send?.(result, () => process.disconnect?.())
