import { execFile } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
const STRICT =
  '--ignoreConfig --strict --module nodenext --target es2024 --lib es2024,esnext.disposable --types node --skipLibCheck'
const SOURCES = '--customConditions @tiercache/source --allowImportingTsExtensions'

/** What the compiler says of files in a package, as a strict program over our sources; nothing if it has no objection. */
export function compilerSays(
  packageFolder: string,
  files: readonly string[],
  flags: readonly string[] = ['--noEmit'],
): Promise<string> {
  const args = [...`${STRICT} ${SOURCES}`.split(' '), ...flags, ...files]
  return new Promise(resolve => {
    execFile(join(root, 'node_modules/.bin/tsc'), args, { cwd: packageFolder }, (error, stdout, stderr) => {
      const said = stdout + stderr
      resolve(said === '' && error !== null ? error.message : said)
    })
  })
}
