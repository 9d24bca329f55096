import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { run, runs } from './run.ts'

const home = fileURLToPath(new URL('../../../.redis', import.meta.url))

/** Where the server unpacked from the distribution's package is, or would be: one folder per system and machine. */
export function unpackedBinary(): string {
  return join(home, systemName(), 'redis-server')
}

/**
 * Downloads the distribution's Redis package and unpacks it into the project's own folder. Installs nothing and needs
 * no root; needs apt-get, dpkg-deb and a package mirror. The folder appears whole or not at all, so any number of
 * processes may do this at once. Resolves with the binary.
 */
export async function unpackDebian(log: (line: string) => void): Promise<string> {
  if (!(await runs('apt-get', ['--version'])) || !(await runs('dpkg-deb', ['--version']))) {
    throw new Error('apt-get and dpkg-deb are not both here')
  }
  const target = join(home, systemName())
  log('redis: none here, unpacking the distribution package into .redis/ (nothing is installed)')
  await mkdir(home, { recursive: true })
  const work = await mkdtemp(join(home, 'tmp-'))
  try {
    const debs = await download(join(work, 'debs'), join(work, 'apt'))
    const root = join(work, 'root')
    for (const deb of debs) await run('dpkg-deb', ['-x', deb, root])
    await addLauncher(root)
    await moveTo(target, root)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return join(target, 'redis-server')
}

function systemName(): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  const field = (name: string): string =>
    new RegExp(`^${name}="?([\\w.-]+)`, 'm').exec(release)?.[1] ?? 'unknown'
  return `${field('ID')}-${field('VERSION_ID')}-${process.arch}`
}

/** The package files of the server and of every library it needs that this machine lacks. */
async function download(into: string, apt: string): Promise<string[]> {
  await mkdir(into, { recursive: true })
  try {
    await fetchPackages(into, [])
  } catch {
    // No package lists, or lists so old that the mirror has moved on: read fresh ones, for us alone.
    const own = [`Dir::State::lists=${apt}/lists`, `Dir::Cache=${apt}/cache`]
    await mkdir(join(apt, 'lists/partial'), { recursive: true })
    await mkdir(join(apt, 'cache/archives/partial'), { recursive: true })
    // One mirror of several may be out of reach and not be the one that matters: the download is the judge.
    const update = await aptGet(own, ['update']).catch((error: unknown) => error)
    await fetchPackages(into, own).catch((error: unknown) => {
      throw update instanceof Error ? update : error
    })
  }
  return (await readdir(into)).filter(name => name.endsWith('.deb')).map(name => join(into, name))
}

async function fetchPackages(into: string, settings: readonly string[]): Promise<void> {
  // The server itself is in redis-tools; the package redis-server holds a link and an init script.
  const plan = await aptGet(settings, ['--simulate', '--no-install-recommends', 'install', 'redis-tools'])
  const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map(match => match[1] ?? '')
  await aptGet(settings, ['download', ...new Set([...missing, 'redis-tools'])], into)
}

function aptGet(settings: readonly string[], args: readonly string[], cwd?: string): Promise<string> {
  const all = ['APT::Sandbox::User=root', 'Acquire::Retries=1', 'Acquire::http::Timeout=20', ...settings]
  return run('apt-get', ['-qq', ...all.flatMap(setting => ['-o', setting]), ...args], cwd ? { cwd } : {})
}

/** A script beside the tree that starts the server with the libraries next to it; it survives a move of the folder. */
async function addLauncher(root: string): Promise<void> {
  const server = join(root, 'usr/bin/redis-server')
  if (!existsSync(server)) await symlink('redis-check-rdb', server)
  const launcher = join(root, 'redis-server')
  await writeFile(
    launcher,
    `#!/bin/sh
here=$(dirname "$0")
for lib in "$here"/usr/lib/*-linux-* "$here"/lib/*-linux-*; do
  LD_LIBRARY_PATH=$lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec "$here/usr/bin/redis-server" "$@"
`,
  )
  await chmod(launcher, 0o755)
  await chmod(root, 0o755)
  await run(launcher, ['--version'])
}

async function moveTo(target: string, from: string): Promise<void> {
  const there = (): Promise<boolean> => runs(join(target, 'redis-server'), ['--version'])
  try {
    await rename(from, target)
  } catch (error) {
    if (await there()) return // another process was first
    await rm(target, { recursive: true, force: true })
    await rename(from, target).catch(async () => {
      if (!(await there())) throw error
    })
  }
}
