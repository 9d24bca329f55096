import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A package as a stranger meets it. */
export interface Offered {
  readonly name: string
  readonly folder: string
  /** What its README says to install, its own name among it, and what it needs to be there. */
  readonly installs: readonly string[]
  /** The first example of its README. */
  readonly example: string
}

/** What programs have that the README does not need to name. */
const THERE: Readonly<Record<string, readonly string[]>> = {
  '@tiercache/nestjs': ['@nestjs/platform-express'],
}

/** Peers that are never loaded by what runs here and weigh some hundred megabytes. */
const LEFT_OUT = new Set(['next'])

/** All packages that have a README. Throws for one that is not built, or whose README shows nothing to install or to run. */
export function offeredPackages(root: string): Offered[] {
  const folders = readdirSync(join(root, 'packages')).map(name => join(root, 'packages', name))
  return folders.filter(folder => existsSync(join(folder, 'README.md'))).map(offeredPackage)
}

function offeredPackage(folder: string): Offered {
  const { name, peerDependencies, peerDependenciesMeta } = manifestOf(folder)
  if (!existsSync(join(folder, 'dist'))) throw new Error(`${name} has no dist. First: npm run build`)
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  const installs = /^npm install ([^#\n]+)/m.exec(readme)?.[1]?.trim().split(/\s+/)
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1]
  if (installs === undefined || example === undefined)
    throw new Error(`The README of ${name} shows nothing to install, or no example in TypeScript`)
  const peers = Object.keys(peerDependencies).filter(
    peer => !(peer in peerDependenciesMeta || LEFT_OUT.has(peer)),
  )
  return { name, folder, installs: [...installs, ...peers, ...(THERE[name] ?? [])], example }
}

/** A name with the version that a folder has of it, so that what is new in the registry today changes nothing. */
export function pinned(name: string, folder: string): string {
  return `${name}@${manifestOf(join(folder, 'node_modules', name)).version}`
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly peerDependencies: object
  /** Here, of the optional ones only. */
  readonly peerDependenciesMeta: object
}

function manifestOf(folder: string): Manifest {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Partial<Manifest> &
    Pick<Manifest, 'name' | 'version'>
  return { peerDependencies: {}, peerDependenciesMeta: {}, ...manifest }
}
