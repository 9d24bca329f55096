import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A package of the workspace, as far as imports are concerned. */
export interface WorkspacePackage {
  readonly name: string
  /** Its folder, from the root of the workspace. */
  readonly dir: string
  readonly kind: 'package' | 'app' | 'tooling'
  /** What others may import: `.`, `./testing`. */
  readonly entries: readonly string[]
  /** Names in dependencies, peerDependencies and optionalDependencies. */
  readonly dependencies: readonly string[]
  readonly devDependencies: readonly string[]
  /** Its source files, from its folder. */
  readonly files: readonly string[]
}

/** All packages of the workspace at `root`. */
export function readWorkspace(root: string): WorkspacePackage[] {
  const manifests = globSync(['{packages,apps,tooling}/*/package.json', '{benchmarks,proof}/package.json'], {
    cwd: root,
  })
  return manifests.toSorted().map(manifest => readPackage(root, dirname(manifest)))
}

function readPackage(root: string, dir: string): WorkspacePackage {
  const manifest: unknown = JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8'))
  const names = (field: string): string[] => Object.keys(record(record(manifest)[field]))
  const skipped = new Set(['node_modules', 'dist', 'coverage', '.turbo', '.next'])
  const found = globSync('**/*.{ts,mts,cts,tsx,js,mjs,cjs,jsx}', {
    cwd: join(root, dir),
    // A folder with a package.json of its own is a project of its own, not a part of this one.
    exclude: path => skipped.has(basename(path)) || existsSync(join(root, dir, path, 'package.json')),
  })
  return {
    name: String(record(manifest)['name']),
    dir,
    kind: dir.startsWith('packages/') ? 'package' : dir.startsWith('tooling/') ? 'tooling' : 'app',
    entries: names('exports'),
    dependencies: ['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap(names),
    devDependencies: names('devDependencies'),
    files: found.toSorted(),
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
