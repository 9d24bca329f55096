/** The demo: starts a marketplace on several instances, puts load on it, checks every answer and says what came out. */
import { createCleanup, messageOf } from './cleanup.ts'
import { helpText, readOptions, UsageError, type DemoOptions } from './options.ts'
import { run } from './run/run.ts'
import { openScreen } from './view/screen.ts'
import { summary } from './view/summary.ts'

const cleanup = createCleanup()
const stopper = new AbortController()

process.exitCode = await main()
process.exit()

async function main(): Promise<number> {
  const options = optionsOrUsage()
  if (typeof options === 'number') return options
  const screen = openScreen(process.stdout, options.json)
  listen()
  const troubles: string[] = []
  let code = 1
  try {
    const report = await run({ options, screen, cleanup, signal: stopper.signal })
    screen.close()
    process.stdout.write(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : `${summary(report)}\n`)
    code = report.interrupted ? 130 : report.ok ? 0 : 1
  } catch (error) {
    screen.close()
    code = stopper.signal.aborted ? 130 : error instanceof UsageError ? 2 : 1
    troubles.push(code === 130 ? 'interrupted before the load began' : messageOf(error))
  }
  troubles.push(...(await cleanup.run()))
  for (const trouble of troubles) process.stderr.write(`demo: ${trouble}\n`)
  return troubles.length > 0 && code === 0 ? 1 : code
}

function optionsOrUsage(): DemoOptions | number {
  try {
    const options = readOptions(process.argv.slice(2), process.env)
    if (!options.help) return options
    process.stdout.write(`${helpText()}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`demo: ${error.message}\n`)
    return 2
  }
}

/** Ctrl-C and SIGTERM end the run in order; a second one, or an error nobody caught, ends it at once but leaves nothing running. */
function listen(): void {
  const stop = (): void => {
    if (stopper.signal.aborted) void end(130)
    else stopper.abort()
  }
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop)
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      process.stderr.write(`demo: ${error instanceof Error ? error.stack : String(error)}\n`)
      void end(1)
    })
}

async function end(code: number): Promise<never> {
  await cleanup.run()
  process.exit(code)
}
