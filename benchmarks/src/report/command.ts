import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { messageOf } from '../message-of.ts'
import { readResults, saveReport } from './files.ts'
import { markdownOf } from './markdown.ts'
import { keepPart } from './marks.ts'

const HELP = `Draws the report of a run again from the figures it kept.

  pnpm bench report [file] [--out <file>]    a page; from results/latest.json unless told, beside it as report.html unless told
  pnpm bench report [file] --markdown        the tables of docs/performance.md; from results/reference.json unless told
`

/** A file of this repository, from the folder of the benchmarks. */
function pathOf(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url))
}

/** Where the page of a run is kept. */
const reportPath: string = pathOf('results/report.html')

/** `pnpm bench report`. The exit code: 0 drawn, 1 there is nothing to draw, 2 the command line is wrong. */
export function report(argv: readonly string[]): number {
  let options: Options
  try {
    options = readOptions(argv)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\nSee pnpm bench report --help.\n`)
    return 2
  }
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  try {
    process.stdout.write(`${options.markdown ? refresh(options) : draw(options)}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    return 1
  }
}

interface Options {
  readonly file: string | undefined
  readonly out: string | undefined
  readonly markdown: boolean
  readonly help: boolean
}

function draw({ file = pathOf('results/latest.json'), out = reportPath }: Options): string {
  saveReport(readResults(file), out)
  return out
}

function refresh({ file = pathOf('results/reference.json'), out }: Options): string {
  keepPart('report', markdownOf(readResults(file)), out)
  return out ?? 'docs/performance.md'
}

function readOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: argv.filter(argument => argument !== '--'),
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const [file, ...rest] = positionals
  if (rest.length > 0) throw new Error(`one file is enough; ${rest.join(' ')} is too much`)
  return { markdown: values.markdown, help: values.help, out: values.out, file }
}
