import { join } from 'node:path'
import type {} from '@tiercache/redis-server/global-setup'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

import { compilerSays } from './compiler.ts'
import { type ExampleFiles, examplesIn, writeExamples } from './examples.ts'
import { type RunOptions, whileRunning } from './run.ts'

/** What differs between the READMEs of the bindings. */
export interface BindingExamples {
  /** The field by which the second example knows its users. They send their `authorization` with it. */
  readonly userField: string
  readonly complaints?: RunOptions['complaints']
}

/**
 * Tests the README of a binding: all its examples type-check; the first caches and invalidates `/jobs` and tells of its health; the second
 * caches `/me` by user, and has statistics and an admin API that is closed to strangers. In a test file for integration.
 */
export function testBindingExamples(packageFolder: string, { userField, complaints }: BindingExamples): void {
  let examples: ExampleFiles | undefined

  beforeAll(async () => {
    const found = await examplesIn(join(packageFolder, 'README.md'))
    examples = await writeExamples(packageFolder, found)
  })
  afterAll(() => examples?.remove())

  test('the examples of the README type-check', { timeout: 60_000 }, async () => {
    expect(await compilerSays(packageFolder, examples?.files ?? [])).toBe('')
  })

  test('the first does what is said of it', { timeout: 40_000 }, () =>
    running(0, async origin => {
      const jobs = async (): Promise<unknown[]> => {
        const response = await fetch(`${origin}/jobs`)
        return [response.headers.get('x-cache'), await response.text()]
      }
      const body = '[{"id":1,"title":"Welder"}]'
      expect([await jobs(), await jobs()]).toEqual([
        ['MISS', body],
        ['HIT', body],
      ])
      expect((await fetch(`${origin}/jobs`, { method: 'POST' })).status).toBe(201)
      expect(await jobs()).toEqual(['MISS', body])
      expect(await (await fetch(`${origin}/health/cache`)).json()).toMatchObject({
        status: 'healthy',
        backend: 'redis',
      })
    }),
  )

  test('the second does, too', { timeout: 40_000 }, () =>
    running(1, async origin => {
      const me = async (user: string): Promise<string> => {
        const headers = { authorization: user, [userField]: user }
        const response = await fetch(`${origin}/me`, { headers })
        return `${response.headers.get('x-cache')} ${await response.text()}`
      }
      expect([await me('ann'), await me('bob'), await me('ann')]).toEqual([
        expect.stringMatching(/^MISS .*ann/),
        expect.stringMatching(/^MISS .*bob/),
        expect.stringMatching(/^HIT .*ann/),
      ])
      const stats = (await (await fetch(`${origin}/stats/cache`)).json()) as { timing: { most: string[] } }
      expect(stats.timing.most).toEqual(['GET /me'])
      expect((await fetch(`${origin}/admin/cache`, { method: 'POST' })).status).toBe(401)
    }),
  )

  async function running(example: number, ask: (origin: string | undefined) => Promise<void>): Promise<void> {
    const env = { ...process.env, REDIS_URL: inject('redisUrl') }
    await whileRunning(examples?.files[example] ?? '', { env, ...(complaints && { complaints }) }, ask)
  }
}
