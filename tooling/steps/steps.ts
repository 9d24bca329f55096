import { existsSync, globSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** One thing `npm test` does. */
export interface Step {
  readonly name: string
  /** Commands run one after another until one fails: the folder they run in, then program and arguments. */
  readonly commands: readonly Command[]
  /** Lines of the output worth showing when all is well. */
  readonly show?: RegExp
  /** Why the step has nothing to do, if so. */
  readonly skip?: string
}

/** A program and its arguments, in a folder relative to the root. */
export interface Command {
  readonly argv: readonly [string, ...string[]]
  readonly cwd?: string
}

const tests = /^\s*(Test Files|Tests|Lines|redis:)/

/** Every step of `npm test`, in order, for the workspace at `root`. */
export function stepsFor(root: string): Step[] {
  const packages = readdirSync(join(root, 'packages')).map(name => `packages/${name}`)
  const demo = (...args: string[]): Command => command('node', source, 'apps/demo/src/main.ts', ...args)
  const gate = 'benchmarks/src/gate.ts'
  const readme = globSync('{packages,apps,tooling}/*/test/**/readme*.test.ts', { cwd: root })
  return [
    { name: 'lint', commands: [command('oxlint', '--type-aware')] },
    { name: 'format', commands: [command('oxfmt', '--list-different', '.')] },
    { name: 'typecheck', commands: [turbo('typecheck', '//#typecheck:root')] },
    { name: 'imports', commands: [command('node', 'tooling/check/imports.ts')] },
    { name: 'build', commands: [turbo('build')] },
    { name: 'packages', commands: [turbo('build'), ...packages.flatMap(checkPackage)] },
    { name: 'knip', commands: [command('knip')] },
    { name: 'unit', commands: [vitest('--project', 'unit', '--coverage', ...without(readme))], show: tests },
    { name: 'integration', commands: [vitest('--project', 'integration', ...without(readme))], show: tests },
    {
      name: 'readme',
      commands: [vitest(...readme)],
      show: tests,
      ...(readme.length === 0 && { skip: 'no README examples yet' }),
    },
    {
      name: 'outside',
      commands: [turbo('build'), command('node', 'tooling/check/outside.ts')],
      show: /^(redis|outside):/,
    },
    {
      name: 'prove',
      commands: [command('node', '--expose-gc', source, 'proof/src/main.ts', '--quick')],
      show: /^(Kept|Broken|\w+ +(passed|FAILED) )/,
    },
    { name: 'demo', commands: [demo('--seconds', '5')] },
    { name: 'chaos', commands: [demo('--seconds', '8', '--chaos')] },
    {
      name: 'benchmark',
      commands: [command('node', '--expose-gc', source, gate)],
      ...(!existsSync(join(root, gate)) && { skip: 'no gate yet' }),
    },
  ]
}

const source = '--conditions=@tiercache/source'

function command(...argv: [string, ...string[]]): Command {
  return { argv }
}

function turbo(...tasks: string[]): Command {
  return command('turbo', 'run', ...tasks, '--output-logs=errors-only')
}

function vitest(...args: string[]): Command {
  return command('vitest', 'run', ...args)
}

function without(files: readonly string[]): string[] {
  return files.map(file => `--exclude=${file}`)
}

function checkPackage(cwd: string): Command[] {
  return [
    { argv: ['publint', '--strict'], cwd },
    { argv: ['attw', '--pack', '.', '--profile', 'node16'], cwd },
  ]
}
