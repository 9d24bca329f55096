import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Says where a server listens, whatever framework it is of. */
const TELL = `data:text/javascript,import { subscribe } from 'node:diagnostics_channel'; subscribe('tracing:net.server.listen:asyncEnd', ({ server }) => console.log('port', server.address().port))`
const LONGEST_MS = 30_000

/**
 * Runs an example. One that ends has to end well; one that listens is asked for `/jobs` twice and has to answer the second time from its
 * cache. Either must have nothing to complain of.
 */
export async function runExample(file: string, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn('node', [`--import=${TELL}`, file], { cwd, env: { ...env, PORT: '0' } })
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)
  let output = ''
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const exited = once(child, 'exit')
  const listening = new Promise<string>(resolve => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const port = /^port (\d+)$/m.exec(output)?.[1]
      if (port !== undefined) resolve(port)
    })
  })
  try {
    const first = await Promise.race([listening, exited])
    if (typeof first === 'string') await askTwice(`http://127.0.0.1:${first}/jobs`)
    else if (first[0] !== 0) throw new Error(`ended with ${first[1] ?? first[0]}`)
    if (complaints(errors) !== '') throw new Error('it complained')
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new Error(`outside: failed: ${file}: ${text}\n${output}${errors}`, { cause: error })
  } finally {
    clearTimeout(timer)
    child.kill()
    await exited
  }
}

/** All but that Redis was slow, which says something of the machine. */
function complaints(errors: string): string {
  return errors.replaceAll(/^.*(?:TiercacheWarning: .* did not answer|--trace-warnings).*$/gm, '').trim()
}

async function askTwice(url: string): Promise<void> {
  const answers: string[] = []
  for (let asked = 0; asked < 2; asked++) {
    const response = await fetch(url)
    await response.arrayBuffer()
    answers.push(`${response.status} ${response.headers.get('x-cache')}`)
  }
  if (answers.join(', ') !== '200 MISS, 200 HIT') throw new Error(`${url} answered ${answers.join(', ')}`)
}
