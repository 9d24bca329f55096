import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const usual = fileURLToPath(new URL('../../results', import.meta.url))

/**
 * The folder of a run's report, made if need be; `results` unless named, relative to where the command was given. Throws when it holds
 * something else than an earlier report.
 */
export function claimFolder(out: string | undefined): string {
  const folder = out === undefined ? usual : resolve(process.env['INIT_CWD'] ?? '.', out)
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new Error(`--out takes a folder, and ${folder} is a file. Name another.`)
  mkdirSync(folder, { recursive: true })
  const names = readdirSync(folder)
  if (out !== undefined && names.length > 0 && !names.includes('report.json'))
    throw new Error(`--out ${out} holds files that are no report. Name a new or an empty folder.`)
  return folder
}
