import { type Expression, parseSync, Visitor } from 'oxc-parser'

/** One module a file names: what it wrote, and on which line. */
export interface Specifier {
  readonly name: string
  readonly line: number
}

/**
 * Every module a source file names: imports and re-exports with or without `type`, `import()` as a value and as a type,
 * `require`. Throws on a file that does not parse.
 */
export function specifiersOf(file: string, source: string): Specifier[] {
  const { program, errors } = parseSync(file, source)
  const error = errors.find(({ severity }) => String(severity) === 'Error')
  if (error) throw new Error(`${file}: ${error.message}`)
  const found: Specifier[] = []
  const add = (name: unknown, offset: number): void => {
    if (typeof name === 'string') found.push({ name, line: source.slice(0, offset).split('\n').length })
  }
  const visitor = new Visitor({
    ImportDeclaration: node => add(node.source.value, node.start),
    ExportAllDeclaration: node => add(node.source.value, node.start),
    ExportNamedDeclaration: node => add(node.source?.value, node.start),
    ImportExpression: node => add(text(node.source), node.start),
    TSImportType: node => add(node.source.value, node.start),
    TSExternalModuleReference: node => add(node.expression.value, node.start),
    CallExpression: node => {
      const [first] = node.arguments
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'require') return
      if (first && first.type !== 'SpreadElement') add(text(first), node.start)
    },
  })
  visitor.visit(program)
  return found
}

function text(node: Expression): unknown {
  return node.type === 'Literal' ? node.value : undefined
}
