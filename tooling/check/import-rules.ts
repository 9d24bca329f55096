import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

import { layers, mayImport, reachesInto, reportTool, testsMayImport, testTools } from './rules.ts'
import { type Specifier, specifiersOf } from './specifiers.ts'
import { readWorkspace, type WorkspacePackage } from './workspace.ts'

/** What breaks the import rules in the workspace at `root`, one line each; empty when all is well. */
export function checkImports(root: string): string[] {
  const workspace = readWorkspace(root)
  return workspace.flatMap(self => {
    if (self.kind === 'package' && !mayImport[self.name]) {
      return [`${self.dir}: no rule for ${self.name}: say what it may import in tooling/check/rules.ts`]
    }
    return [...checkManifest(self, workspace), ...checkSources(root, self, workspace)]
  })
}

function checkManifest(self: WorkspacePackage, workspace: readonly WorkspacePackage[]): string[] {
  const judge = (names: readonly string[], inTest: boolean): string[] =>
    names
      .filter(name => ownerOf(name, workspace) && !allowed(self, workspace, inTest).has(name))
      .map(name => `${self.dir}/package.json: ${self.name} may not depend on ${name}`)
  return [...judge(self.dependencies, false), ...judge(self.devDependencies, true)]
}

function checkSources(
  root: string,
  self: WorkspacePackage,
  workspace: readonly WorkspacePackage[],
): string[] {
  return self.files.flatMap(file => {
    const path = posix.join(self.dir, file)
    return specifiersOf(path, readFileSync(join(root, path), 'utf8')).flatMap(specifier => {
      const complaint = judgeImport(self, file, specifier, workspace)
      return complaint === undefined ? [] : [`${path}:${specifier.line}: ${specifier.name}: ${complaint}`]
    })
  })
}

function judgeImport(
  self: WorkspacePackage,
  file: string,
  { name }: Specifier,
  workspace: readonly WorkspacePackage[],
): string | undefined {
  if (name.startsWith('.')) {
    const target = posix.join(posix.dirname(file), name)
    if (reachesInto[self.name]?.some(place => target.startsWith(place))) return undefined
    if (target.startsWith('../')) return 'reaches out of its package: import the public entry of the other'
    return judgeTesting(file, target) ?? judgeLayer(self, file, target)
  }
  const owner = ownerOf(name, workspace)
  if (owner === undefined) return judgeLayer(self, file, name)
  const inTest = !file.startsWith('src/')
  if (!allowed(self, workspace, inTest).has(owner)) return `${self.name} may not import ${owner}`
  const declared = [...self.dependencies, ...(inTest ? self.devDependencies : [])]
  if (owner !== self.name && !declared.includes(owner)) return `${owner} is not among the dependencies`
  const entry = `.${name.slice(owner.length)}`
  if (!workspace.find(other => other.name === owner)?.entries.includes(entry)) return 'is not a public entry'
  return self.kind === 'package' && entry === './testing' ? judgeTesting(file, 'src/testing/') : undefined
}

function judgeTesting(file: string, target: string): string | undefined {
  const outside = file.startsWith('src/') && !file.startsWith('src/testing/')
  return outside && target.startsWith('src/testing/')
    ? 'only src/testing and tests import the testing entry'
    : undefined
}

function judgeLayer(self: WorkspacePackage, file: string, target: string): string | undefined {
  const under = (path: string, places: readonly string[]): boolean =>
    places.some(place => path.startsWith(place))
  const same = (bare: string, packages: readonly string[]): boolean =>
    packages.some(other => bare === other || bare.startsWith(`${other}/`))
  return layers[self.name]?.find(
    rule => under(file, rule.from) && (under(target, rule.never) || same(target, rule.neverPackages ?? [])),
  )?.why
}

function allowed(
  self: WorkspacePackage,
  workspace: readonly WorkspacePackage[],
  inTest: boolean,
): Set<string> {
  const named = (kind: WorkspacePackage['kind']): string[] =>
    workspace.filter(other => other.kind === kind).map(other => other.name)
  if (self.kind === 'tooling') return new Set(named('tooling'))
  if (self.kind === 'app') return new Set([self.name, ...named('package'), ...testTools, reportTool])
  const inTests = inTest ? [...testTools, ...(testsMayImport[self.name] ?? [])] : []
  return new Set([self.name, ...(mayImport[self.name] ?? []), ...inTests])
}

/** The workspace package a module belongs to, or the name it claims to have; nothing for packages of others. */
function ownerOf(name: string, workspace: readonly WorkspacePackage[]): string | undefined {
  const [first = '', second = ''] = name.split('/')
  const owner = first.startsWith('@') ? `${first}/${second}` : first
  const ours = first === '@tiercache' || owner in mayImport || workspace.some(other => other.name === owner)
  return ours ? owner : undefined
}
