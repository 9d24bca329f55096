// One part of the section, in a process of its own: `node --expose-gc child.ts <part> <scale as JSON>`.
import { parts } from './parts/parts.ts'
import type { Scale } from './part.ts'

const [name = '', scale = '{}'] = process.argv.slice(2)
const part = parts[name]
if (part === undefined) throw new Error(`There is no part ${name}.`)
// What is measured may wait for timers that keep nothing alive.
const alive = setInterval(() => {}, 60_000)
const measured = await part(JSON.parse(scale) as Scale)
clearInterval(alive)
process.send?.(measured, () => process.exit(0))
