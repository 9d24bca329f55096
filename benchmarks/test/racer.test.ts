import { expect, test, vi } from 'vitest'
import { Racer } from '../src/run/racer.ts'

const module = new URL('./fixture.ts', import.meta.url)
const environment = { redisUrl: '' }

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

test('a contender answers its tasks from a process of its own', async () => {
  const racer = await Racer.start(module, 'echo', environment)
  try {
    expect(await Promise.all([racer.run('a'), racer.run('b')])).toEqual(['a', 'b'])
  } finally {
    await racer.stop()
  }
})

test('one that cannot be prepared rejects, and leaves no process behind', async () => {
  const before = children()
  await expect(Racer.start(module, 'unprepared', environment)).rejects.toThrow('no preparation')
  await expect(Racer.start(module, 'nobody', environment)).rejects.toThrow('there is no contender nobody')
  expect(children()).toBe(before)
})

test.each([
  ['broken', 'no answer'],
  ['gone', 'ended with 3'],
])('one that is %s rejects its task', async (name, why) => {
  const racer = await Racer.start(module, name, environment)
  try {
    await expect(racer.run('a')).rejects.toThrow(why)
  } finally {
    await racer.stop()
  }
})

function children(): number {
  return process.getActiveResourcesInfo().filter(resource => resource === 'ProcessWrap').length
}
