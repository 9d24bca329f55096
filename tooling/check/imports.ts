// Checks who imports whom in this workspace: `node tooling/check/imports.ts`.
import { fileURLToPath } from 'node:url'

import { checkImports } from './import-rules.ts'

const findings = checkImports(fileURLToPath(new URL('../..', import.meta.url)))
for (const finding of findings) console.error(finding)
if (findings.length > 0) {
  console.error(
    `${findings.length} broken import rules. The rules are in tooling/check/rules.ts and CONTRIBUTING.md.`,
  )
  process.exitCode = 1
}
