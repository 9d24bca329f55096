// Uses the packed core as a stranger would: in a project of its own, installed by npm. `node tooling/check/outside.ts`.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { findRedis } from '@tiercache/redis-server'

const root = fileURLToPath(new URL('../..', import.meta.url))
const core = join(root, 'packages/core')
const project = mkdtempSync(join(tmpdir(), 'tiercache-outside-'))

// What the script that runs us was told about this workspace must not reach a project of its own.
const ours =
  /^(npm_(package|lifecycle|config_local_prefix|command|execpath)|pnpm_|INIT_CWD$|NODE_ENV$|NODE_OPTIONS$)/i
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)))

try {
  if (!existsSync(join(core, 'dist/index.js')))
    throw new Error('packages/core has no dist. First: npm run build')
  await check()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(project, { recursive: true, force: true })
}

async function check(): Promise<void> {
  run(core, {}, 'pnpm', 'pack', '--pack-destination', project)
  const [tarball] = readdirSync(project).filter(name => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('pnpm pack left no tarball')
  cpSync(new URL('outside/', import.meta.url), project, { recursive: true })
  const versions = ['typescript', '@types/node'].map(name => `${name}@${installedVersion(name)}`)
  npm('install', `./${tarball}`)
  npm('ci', '--ignore-scripts')
  const redis = await findRedis({ log: console.log })
  try {
    for (const REDIS_URL of ['', redis.url]) {
      run(project, { REDIS_URL }, 'node', 'use.mjs')
      run(project, { REDIS_URL }, 'node', 'use.cjs')
    }
    npm('install', '--save-dev', ...versions)
    run(project, {}, join(project, 'node_modules/.bin/tsc'), '--noEmit')
    run(project, {}, join(project, 'node_modules/.bin/tsc'))
    for (const file of ['out/typed.mjs', 'out/typed.cjs'])
      run(project, { REDIS_URL: redis.url }, 'node', file)
  } finally {
    await redis.stop()
  }
  console.log(`outside: ${tarball} works from ESM, CommonJS and TypeScript, in memory and with ${redis.from}`)
}

function installedVersion(name: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest))
    throw new Error(`no ${name} here`)
  return String(manifest.version)
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
