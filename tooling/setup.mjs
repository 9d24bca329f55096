// Installs what the lockfile names. Plain JavaScript: this runs on whatever Node is here, before ours is.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bundled = `${root}node_modules/.bin/node`
const bundledHere = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)

if (!bundledHere) requireNode(process.versions.node)
install()
if (existsSync(bundled)) checkBundled()
else requireNode(process.versions.node)

function install() {
  const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const args = ['-y', packageManager, 'install', '--frozen-lockfile']
  const quiet = existsSync(`${root}node_modules`) // most often there is nothing to do, hence nothing to say
  const stdio = ['ignore', ...(quiet ? ['pipe', 'pipe'] : ['inherit', 'inherit'])]
  const { status, stdout, stderr } = spawnSync('npx', args, { cwd: root, stdio, encoding: 'utf8' })
  if (status === 0) return
  if (quiet) console.error(`${stdout}${stderr}`)
  fail(`Setting up failed: npx ${args.join(' ')}
If a package.json was edited, update the lockfile first: node_modules/.bin/pnpm install
Otherwise see above; it needs the npm registry, or a warm pnpm store.`)
}

/** The Node that came with the packages is first on the PATH of every script, so it has to run here. */
function checkBundled() {
  try {
    requireNode(execFileSync(bundled, ['-p', 'process.versions.node'], { encoding: 'utf8' }))
  } catch {
    rmSync(bundled) // built for glibc, so not on Alpine
    requireNode(process.versions.node)
  }
}

function requireNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return
  fail(`This needs Node 22.18 or later to run TypeScript; here is ${version.trim()}.
On Linux x64 and arm64 (glibc) a fitting Node is set up with the packages. Elsewhere install one: https://nodejs.org`)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
