// Run in a package after tsc: gives each declaration file a CommonJS twin, so that `require` finds types of its own.
import { globSync, readFileSync, writeFileSync } from 'node:fs'

const relative = /((?:from|import)\s*\(?\s*['"])(\.{1,2}\/[^'"]+?)\.[jt]s(?=['"])/g

for (const file of globSync('dist/**/*.d.ts')) {
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(relative, '$1$2.js'))
  writeFileSync(file.replace(/\.d\.ts$/, '.d.cts'), text.replace(relative, '$1$2.cjs'))
}
