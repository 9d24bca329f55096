import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

// Each package, by both ways in, has the same to offer.
const require = createRequire(import.meta.url)
for (const name of process.argv.slice(2)) {
  const imported = Object.keys(await import(name)).filter(key => key !== 'default')
  const required = Object.keys(require(name)).filter(key => key !== 'default' && key !== '__esModule')
  assert.ok(imported.length > 0, `${name} exports nothing`)
  assert.deepEqual(required.toSorted(), imported.toSorted(), name)
}
process.exit()
