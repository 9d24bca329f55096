import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { exceptSlowRedis, LEAVE, runToEnd, whileRunning } from '../src/index.ts'

const SERVER = `
import { createServer } from 'node:http'
createServer((_, response) => response.end('hello')).listen(Number(process.env.PORT), '127.0.0.1')
`
const env = process.env

test('a program that listens is asked where it does, and ended', async () => {
  const file = await program(SERVER)
  let asked = ''
  await whileRunning(file, { env }, async origin => {
    asked = origin ?? ''
    expect(await (await fetch(asked)).text()).toBe('hello')
  })
  await expect(fetch(asked)).rejects.toThrow()
})

test('a program that ends well without listening is told from one that listens', async () => {
  const origins: unknown[] = []
  await whileRunning(await program('console.log(1)'), { env }, async origin => void origins.push(origin))
  expect(origins).toEqual([undefined])
})

test('a program that ends badly fails, with what it wrote', async () => {
  const file = await program(`console.log('so far'); throw new Error('so bad')`)
  const running = whileRunning(file, { env }, () => Promise.reject(new Error('was asked')))
  await expect(running).rejects.toThrow(/program\.mjs: ended with 1\nso far\n[^]*so bad/)
})

test('a program that complains fails, whenever it does', async () => {
  const before = await program(`console.error('woe')${SERVER}`)
  await expect(whileRunning(before, { env }, async () => {})).rejects.toThrow(/it complained\n[^]*woe/)
  const after = await program(SERVER.replace('response.end', `void console.error('woe') ?? response.end`))
  const asking = whileRunning(after, { env }, async origin => {
    await (await fetch(origin ?? '')).text()
  })
  await expect(asking).rejects.toThrow(/it complained\n[^]*woe/)
})

test('what the asker finds fails as well', async () => {
  const wrong = new Error('wrong answer')
  const running = whileRunning(await program(SERVER), { env }, () => Promise.reject(wrong))
  await expect(running).rejects.toMatchObject({
    message: expect.stringContaining('wrong answer'),
    cause: wrong,
  })
})

test('that Redis was slow is no complaint where it is excepted, and nothing else is', async () => {
  const slow = `(node:1) TiercacheWarning: read: Redis did not answer in 150 ms.
(Use \`node --trace-warnings ...\` to show where the warning was created)
`
  expect(exceptSlowRedis(slow)).toBe('')
  expect(exceptSlowRedis(`${slow}TypeError: woe\n`)).toBe('TypeError: woe')
  const file = await program(`console.error(${JSON.stringify(slow)})`)
  await expect(
    whileRunning(file, { env, complaints: exceptSlowRedis }, async () => {}),
  ).resolves.toBeUndefined()
  await expect(whileRunning(file, { env }, async () => {})).rejects.toThrow(/it complained/)
})

test('a program that listens runs to its end where it is told to leave, and knows its Redis', async () => {
  const file = await program(`${SERVER}console.log(process.env.REDIS_URL)${LEAVE}`)
  expect(await runToEnd(file, 'redis://there')).toEqual({ stdout: 'redis://there\n', stderr: '' })
  await expect(runToEnd(await program('process.exit(3)'), '')).rejects.toMatchObject({ code: 3 })
})

async function program(code: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tiercache-run-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'program.mjs')
  await writeFile(file, code)
  return file
}
