// Uses the packed packages as a stranger would: in a project of its own, installed by npm. `node tooling/check/outside.ts`.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { findRedis } from '@tiercache/redis-server'
import { runExample } from './outside-example.ts'
import { type Offered, offeredPackages, pinned } from './outside-packages.ts'

/** Its example is a part of a program; `use.*` and `typed.*` do with it what a stranger would. */
const CORE = '@tiercache/core'

const root = fileURLToPath(new URL('../..', import.meta.url))
const project = mkdtempSync(join(tmpdir(), 'tiercache-outside-'))
const tsc = join(project, 'node_modules/.bin/tsc')

// What the script that runs us was told about this workspace must not reach a project of its own.
const ours =
  /^(npm_(package|lifecycle|config_local_prefix|command|execpath)|pnpm_|INIT_CWD$|NODE_ENV$|NODE_OPTIONS$)/i
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)))

try {
  await check(offeredPackages(root))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(project, { recursive: true, force: true })
}

async function check(offered: readonly Offered[]): Promise<void> {
  cpSync(new URL('outside/', import.meta.url), project, { recursive: true })
  install(offered)
  const names = offered.map(({ name }) => name)
  const redis = await findRedis({ log: console.log })
  try {
    for (const REDIS_URL of ['', redis.url]) {
      run(project, { REDIS_URL }, 'node', 'use.mjs')
      run(project, { REDIS_URL }, 'node', 'use.cjs')
    }
    run(project, {}, tsc, '--noEmit')
    run(project, {}, tsc)
    for (const file of ['out/typed.mjs', 'out/typed.cjs'])
      run(project, { REDIS_URL: redis.url }, 'node', file)
    run(project, {}, 'node', 'exports.mjs', ...names)
    await runExamples(
      offered.filter(({ name }) => name !== CORE),
      redis.url,
    )
  } finally {
    await redis.stop()
  }
  console.log(`outside: ${names.join(', ')}, packed and installed with ${redis.from}`)
  console.log('outside: core works from ESM, CommonJS and TypeScript, the others do what their README shows')
}

/** What the READMEs say to install, ours from tarballs. */
function install(offered: readonly Offered[]): void {
  const filters = offered.map(({ name }) => `--filter=${name}`)
  run(root, {}, 'pnpm', ...filters, 'pack', '--pack-destination', project)
  const tarballs = new Map(
    readdirSync(project)
      .filter(name => name.endsWith('.tgz'))
      .map(file => [file.replace(/^tiercache-(.+)-\d+\.\d+\.\d+.*\.tgz$/, '@tiercache/$1'), `./${file}`]),
  )
  const wanted = offered.flatMap(({ folder, installs }) =>
    installs.map(name => tarballs.get(name) ?? pinned(name, folder)),
  )
  const compiler = ['typescript', '@types/node'].map(name => pinned(name, root))
  // Peers are named, but for those that are left out. Without scripts, as careful people install.
  npm(
    'install',
    '--ignore-scripts',
    '--omit=peer',
    ...new Set([...tarballs.values(), ...wanted, ...compiler]),
  )
}

/**
 * Has the others do what their READMEs show first, as a compiler makes it of them: decorators are nothing that Node can read. A script of
 * a package's own in `outside/` stands in where that is nothing that runs by itself.
 */
async function runExamples(offered: readonly Offered[], REDIS_URL: string): Promise<void> {
  const shown = offered.map(({ name, example }) => ({ short: basename(name), example }))
  const hasScript = ({ short }: { readonly short: string }): boolean =>
    existsSync(join(project, `use-${short}.mjs`))
  const examples = shown.filter(one => !hasScript(one))
  for (const { short, example } of examples) writeFileSync(join(project, `${short}.mts`), example)
  const settings = '--ignoreConfig --noCheck --module nodenext --target es2023 --experimentalDecorators'
  run(
    project,
    {},
    tsc,
    ...settings.split(' '),
    '--emitDecoratorMetadata',
    ...examples.map(({ short }) => `${short}.mts`),
  )
  for (const one of shown) {
    const file = hasScript(one) ? `use-${one.short}.mjs` : `${one.short}.mjs`
    await runExample(file, project, { ...inherited, REDIS_URL })
  }
}

/** The npm of this machine on the Node of this machine: on ours it would not find its own configuration. */
function npm(...args: string[]): void {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const PATH = folders.filter(folder => !folder.startsWith(join(root, 'node_modules'))).join(delimiter)
  run(project, { PATH }, 'npm', ...args, '--no-audit', '--no-fund', '--no-progress')
}

function run(cwd: string, extra: Record<string, string>, program: string, ...args: string[]): void {
  const env = { ...inherited, ...extra }
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 120_000,
  })
  if (status === 0) return
  throw new Error(`outside: failed: ${program} ${args.join(' ')}\n${stdout}${stderr}${error?.message ?? ''}`)
}
