// Everything a change must pass: `npm test`, or some of it: `npm test -- --only unit,lint`.
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { runStep } from './steps/run-step.ts'
import { type Step, stepsFor } from './steps/steps.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
process.env['PATH'] = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter)
process.env['TURBO_TELEMETRY_DISABLED'] ??= '1'
process.env['NO_COLOR'] ??= '1'

const steps = stepsFor(root)
const names = steps.map(step => step.name).join(', ')
const help = `npm test                         runs every step
npm test -- --only unit,lint     runs these steps
npm test -- --list               names the steps
Steps: ${names}`

process.exitCode = await main()

async function main(): Promise<number> {
  const options = readOptions()
  if (options instanceof Error) {
    console.error(`${options.message}\n\n${help}`)
    return 2
  }
  if (options.help) return say(help)
  if (options.list) return say(steps.map(step => step.name).join('\n'))
  const failed = await runAll(options.steps)
  return failed === 0 ? 0 : 1
}

function readOptions(): { help: boolean; list: boolean; steps: Step[] } | Error {
  const flag = { type: 'boolean', default: false } as const
  try {
    const { values } = parseArgs({ options: { only: { type: 'string' }, list: flag, help: flag } })
    const only = values.only?.split(',').map(name => name.trim())
    const unknown = only?.find(name => !steps.some(step => step.name === name))
    if (unknown !== undefined) return new Error(`There is no step "${unknown}".`)
    return { ...values, steps: steps.filter(step => only?.includes(step.name) ?? true) }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

async function runAll(chosen: readonly Step[]): Promise<number> {
  let passed = 0
  let failed = 0
  for (const step of chosen) {
    process.stdout.write(`== ${step.name}: `)
    if (step.skip !== undefined) {
      console.log(`skipped (${step.skip})`)
      continue
    }
    const { ok, ms, output } = await runStep(root, step)
    console.log(`${ok ? 'ok' : 'FAILED'} (${(ms / 1000).toFixed(1)}s)`)
    if (ok) passed++
    else failed++
    const shown = ok ? output.split('\n').filter(line => step.show?.test(line)) : [output.trimEnd()]
    for (const line of shown) console.log(line)
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed
}

function say(text: string): number {
  console.log(text)
  return 0
}
