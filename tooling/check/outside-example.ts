import { exceptSlowRedis, whileRunning } from '@tiercache/readme'

/**
 * Runs an example. One that ends has to end well; one that listens is asked for `/jobs` twice and has to answer the second time from its
 * cache. Either must have nothing to complain of.
 */
export async function runExample(file: string, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await whileRunning(file, { cwd, env, flags: [], complaints: exceptSlowRedis }, askTwice)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new Error(`outside: failed: ${text}`, { cause: error })
  }
}

async function askTwice(origin: string | undefined): Promise<void> {
  if (origin === undefined) return
  const url = `${origin}/jobs`
  const answers: string[] = []
  for (let asked = 0; asked < 2; asked++) {
    const response = await fetch(url)
    await response.arrayBuffer()
    answers.push(`${response.status} ${response.headers.get('x-cache')}`)
  }
  if (answers.join(', ') !== '200 MISS, 200 HIT') throw new Error(`${url} answered ${answers.join(', ')}`)
}
